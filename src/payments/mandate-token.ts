import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts mandate tokens for the database and hashes them, so that equality can be tested without decrypting. */
export interface TokenVault {
  seal(token: string): { cipher: string; hash: string };
  open(cipher: string): string;
}

/** Two keys from one secret: what one is used for says nothing about the other. */
const derive = (secret: string, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `pillivery ${use}`, 32));

/** AES-256-GCM; a cipher reads `keyId.iv.tag.text` in base64url, so that a second key can be told apart. */
export function tokenVault(secret: string): TokenVault {
  const cipherKey = derive(secret, 'mandate token cipher');
  const hashKey = derive(secret, 'mandate token hash');
  const keyId = createHmac('sha256', hashKey).update('key id').digest('hex').slice(0, 8);

  return {
    seal(token) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', cipherKey, iv);
      const text = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
      const parts = [iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'));
      return { cipher: [keyId, ...parts].join('.'), hash: createHmac('sha256', hashKey).update(token).digest('hex') };
    },
    open(sealed) {
      const [id, iv = '', tag = '', text = ''] = sealed.split('.');
      if (id !== keyId) throw new Error('Bug: a mandate token was encrypted with a key that is not configured.');
      const decipher = createDecipheriv('aes-256-gcm', cipherKey, Buffer.from(iv, 'base64url'));
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8');
    },
  };
}

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Misconfigured } from '../../platform/errors.ts';

/** Encrypts mandate tokens for the database and hashes them, so that equality can be tested without decrypting. */
export interface TokenVault {
  /** Seals with the present key. */
  seal(token: string): { cipher: string; hash: string };
  /** Opens what the present key or an earlier one has sealed; `Misconfigured` when its key is not configured. */
  open(cipher: string): string;
  /** Whether the key of a cipher is configured. */
  canOpen(cipher: string): boolean;
  /** Whether a cipher is of the present key; one that is not can be sealed anew. */
  isCurrent(cipher: string): boolean;
}

interface Key {
  id: string;
  cipherKey: Buffer;
  hashKey: Buffer;
}

/** Two keys from one secret: what one is used for says nothing about the other. */
const derive = (secret: string, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `pillivery ${use}`, 32));

function keyOf(secret: string): Key {
  const hashKey = derive(secret, 'mandate token hash');
  const id = createHmac('sha256', hashKey).update('key id').digest('hex').slice(0, 8);
  return { id, cipherKey: derive(secret, 'mandate token cipher'), hashKey };
}

/**
 * AES-256-GCM; a cipher reads `keyId.iv.tag.text` in base64url, so that ciphers of several keys lie side by side.
 * `earlier` secrets open what they have sealed and seal nothing.
 */
export function tokenVault(secret: string, earlier: readonly string[] = []): TokenVault {
  const current = keyOf(secret);
  const keys = new Map([...earlier.map(keyOf), current].map((key) => [key.id, key]));

  return {
    seal(token) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', current.cipherKey, iv);
      const text = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
      const parts = [iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'));
      const hash = createHmac('sha256', current.hashKey).update(token).digest('hex');
      return { cipher: [current.id, ...parts].join('.'), hash };
    },
    open(sealed) {
      const [id = '', iv = '', tag = '', text = ''] = sealed.split('.');
      const key = keys.get(id);
      if (!key) {
        throw new Misconfigured(
          'TOKEN_KEY_UNKNOWN',
          'A mandate was encrypted with a key that is not configured; add it to payments.oldTokenKeys.',
          { facts: { keyId: id } },
        );
      }
      const decipher = createDecipheriv('aes-256-gcm', key.cipherKey, Buffer.from(iv, 'base64url'));
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8');
    },
    canOpen: (sealed) => keys.has(sealed.split('.', 1)[0] ?? ''),
    isCurrent: (sealed) => sealed.startsWith(`${current.id}.`),
  };
}

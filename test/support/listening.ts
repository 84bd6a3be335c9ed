import type { Environment } from '../../src/platform/config/index.ts';
import { startCli, type Started } from './cli.ts';

export interface Listening extends Started {
  url: string;
}

const LISTENING_WITHIN_MS = 30_000;

/** Starts a command that serves something and waits for the address it prints. */
export async function startListening(args: string[], environment: Environment = {}, root?: string): Promise<Listening> {
  const started = startCli(args, environment, root);
  return { ...started, url: await addressOf(started) };
}

/** The address that a started command prints once it listens. */
export function addressOf({ child, ended }: Started): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const tooLate = setTimeout(() => reject(new Error(`it did not listen: ${said}`)), LISTENING_WITHIN_MS);
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, url] = /(http:\/\/[\d.:]+)/.exec(said) ?? [];
      if (!url) return;
      clearTimeout(tooLate);
      resolve(url);
    });
    void ended.then(({ stderr, code }) => {
      clearTimeout(tooLate);
      reject(new Error(`it ended with ${code} before it listened: ${stderr}`));
    });
  });
}

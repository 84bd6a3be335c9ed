import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { InvalidInput, Unavailable } from '../errors.ts';

/**
 * The lines of a text, one by one and without its empty ones, from an http(s) address or a file. Throws `Unavailable`
 * when nothing answers there, `InvalidInput` when there is no such text.
 */
export async function* readLines(source: string): AsyncGenerator<string> {
  const input = /^https?:\/\//.test(source) ? await openUrl(source) : await openFile(source);
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) if (line.trim() !== '') yield line;
  } finally {
    input.destroy();
  }
}

async function openUrl(url: string): Promise<Readable> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Unavailable('TEXT_UNREACHABLE', `Nothing answers at ${url}.`, { cause });
  });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new InvalidInput('TEXT_NOT_FOUND', `${url} answers ${response.status} and has no text to read.`);
  }
  return Readable.fromWeb(response.body as ReadableStream);
}

async function openFile(file: string): Promise<Readable> {
  try {
    return (await open(file)).createReadStream();
  } catch (cause) {
    throw new InvalidInput('TEXT_NOT_FOUND', `The file cannot be read: ${file}`, { cause });
  }
}

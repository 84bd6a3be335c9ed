import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../src/platform/http/index.ts';
import { tempDir } from '../support/databases.ts';
import { httpServer } from '../support/loopback.ts';

async function all(source: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(source)) lines.push(line);
  return lines;
}

describe('the lines of a text', () => {
  it('come from a file, without its empty ones and its last line end', async () => {
    const file = join(await tempDir(), 'text');
    await writeFile(file, 'one\r\n\ntwo\nthree');
    expect(await all(file)).toEqual(['one', 'two', 'three']);
  });

  it('come from an address, in whatever pieces it sends them', async () => {
    const port = await httpServer((_request, response) => {
      response.write('one\ntw');
      response.end('o\n');
    });
    expect(await all(`http://127.0.0.1:${port}/text`)).toEqual(['one', 'two']);
  });

  it('are read no further than somebody wants them', async () => {
    const file = join(await tempDir(), 'text');
    await writeFile(file, 'line\n'.repeat(100_000));
    for await (const line of readLines(file)) {
      expect(line).toBe('line');
      break;
    }
  });

  it('are not there', async () => {
    const port = await httpServer((_request, response) => response.writeHead(404).end());
    await expect(all(`http://127.0.0.1:${port}/text`)).rejects.toMatchObject({ code: 'TEXT_NOT_FOUND' });
    await expect(all('/nowhere/text')).rejects.toMatchObject({ code: 'TEXT_NOT_FOUND' });
    await expect(all('http://127.0.0.1:1/text')).rejects.toMatchObject({ code: 'TEXT_UNREACHABLE' });
  });
});

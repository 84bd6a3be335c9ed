import { expect, it, onTestFinished } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import { listen } from '../../src/api/server.ts';
import { openBrowser } from '../support/browser.ts';
import { bundle } from '../support/bundle.ts';

it('the reference names every route, looks as it should, and asks no other host', async () => {
  const { app } = await bundle();
  const server = await listen(buildApi(app), { host: '127.0.0.1', port: 0 });
  const browser = await openBrowser();
  onTestFinished(async () => {
    await browser.close();
    await server.close();
  });
  const page = await browser.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  await page.goto(`${server.url}/docs`);

  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const shown = await page.locator('details:has(b.method) > summary').allTextContents();
  const named = shown.map((text) => text.trim().split(/\s+/, 2).join(' '));
  expect(named.toSorted()).toEqual(described.toSorted());
  const styled = await page.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse");
  expect(styled).toBe('collapse');
  expect(asked.filter((url) => !url.startsWith(server.url))).toEqual([]);
  expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([]);
});

import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);
/** It talks to the pages under test and to nobody else. */
const QUIET = ['--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** The machine's own Chromium, without a window. */
export function openBrowser(): Promise<Browser> {
  const executablePath = PROGRAMS.find((path) => existsSync(path)) ?? 'chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...QUIET] });
}

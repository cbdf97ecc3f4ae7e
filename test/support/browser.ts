import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

export interface Browser {
  /** Opens a page of its own. */
  open(url: string, size?: { readonly width: number; readonly height: number }): Promise<Page>;
  close(): Promise<void>;
}

const EXECUTABLE = '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  // Tests over TLS make their certificates themselves.
  '--ignore-certificate-errors',
];

/** Starts Debian's Chromium without a window and with a profile that is gone afterwards. */
export async function startBrowser(): Promise<Browser> {
  await access(EXECUTABLE);
  const profile = await mkdtemp(join(tmpdir(), 'streamctl-browser-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    headless: true,
    args: ARGS,
  });
  return {
    open: async (url, size) => {
      const page = await context.newPage();
      if (size !== undefined) await page.setViewportSize(size);
      await page.goto(url);
      return page;
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from './has-tool.ts';

const require = createRequire(import.meta.url);

/** Nothing of Chromium's own may ask the network, and root has no sandbox. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page of ours in Chromium, and all that it did which a page of ours must not do. */
export interface OpenedPage {
  readonly page: Page;
  /** Errors and warnings of the console, dialogs, requests that leave the file. */
  readonly complaints: string[];
}

/** One Chromium with a fresh profile; close it. */
export class Browser {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kp-explain-chromium-'));
  #context: BrowserContext | null = null;
  #pages = 0;

  async open(text: string, width = 1280): Promise<OpenedPage> {
    this.#context ??= await chromium.launchPersistentContext(mkdtempSync(join(this.#folder, 'profile-')), {
      timeout: 120_000,
      executablePath: CHROMIUM,
      headless: true,
      args: ARGUMENTS,
    });
    const file = join(this.#folder, `${this.#pages++}.html`);
    writeFileSync(file, text);
    const url = pathToFileURL(file).href;
    const page = await this.#context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== url) complaints.push(`request: ${request.url()}`);
    });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(url);
    return { page, complaints };
  }

  async close(): Promise<void> {
    await this.#context?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** @returns what axe-core finds that is serious or worse, a line each. */
export async function seriousFaults(page: Page): Promise<string[]> {
  const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  // The page's policy forbids what a test adds to it; evaluating is the debugger's, and is let through.
  const found = await page.evaluate(`(async () => {
    ${source};
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.slice(0, 3).map(({ html }) => html) }));
  })()`);
  return (found as { id: string; impact: string; where: string[] }[])
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, impact, where }) => `${impact} ${id}: ${where.join(' | ')}`);
}

/** @returns the script of the mermaid package, for a page of its own. */
export function mermaidScript(): string {
  return readFileSync(require.resolve('mermaid/dist/mermaid.min.js'), 'utf8');
}

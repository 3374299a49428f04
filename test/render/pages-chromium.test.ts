import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { run } from '../cli/run-main.ts';
import { Browser, seriousFaults } from '../support/browser.ts';
import { hasChromium } from '../support/has-tool.ts';
import { fanOf } from './fan.ts';

// A browser on a busy machine takes its time to start.
vi.setConfig({ testTimeout: 180_000 });

const browser = new Browser();
afterAll(() => browser.close());

/** Where KP_EXPLAIN_SCREENSHOTS names a folder, pictures of every page are left there to be looked at. */
const SHOTS = process.env.KP_EXPLAIN_SCREENSHOTS ?? '';

async function page(line: string, stdin = '') {
  const { out } = await run([...line.split(' '), '-o', 'html'], { stdin });
  return out;
}

/** Rules that drop what a set holds, and no set: the capture leaves a question open. */
const OPEN = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [3:180]
:OUTPUT ACCEPT [0:0]
[12:720] -A FORWARD -m set --match-set blocked src -j DROP
[5:300] -A FORWARD -d 10.244.2.20/32 -j ACCEPT
COMMIT
`;

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [BEFORE, AFTER] = [join(folder, 'before.txt'), join(folder, 'after.txt')];
writeFileSync(BEFORE, OPEN);
writeFileSync(AFTER, OPEN.replace('-d 10.244.2.20/32 -j ACCEPT', '-d 10.244.2.20/32 -j DROP'));

const PAGES: readonly (readonly [name: string, line: string, stdin: string])[] = [
  ['trace', 'trace shop/web --demo', ''],
  ['why', 'why shop/udp-stale --demo', ''],
  ['check', 'check --demo', ''],
  ['fleet', 'check fixtures/demo fixtures/kube-proxy-1.20-legacy LICENSE', ''],
  ['diff', `diff ${BEFORE} ${AFTER}`, ''],
  ['flows', 'conntrack --demo', ''],
  ['open', 'trace 10.244.2.20:8080 --from 10.244.1.10 -f -', OPEN],
];

describe.skipIf(!hasChromium())('a page in Chromium', () => {
  it.each(PAGES)(
    '%s: no error, no request, nothing serious for axe, no wider than its window',
    async (name, line, stdin) => {
      const text = await page(line, stdin);
      for (const width of [1280, 390]) {
        const { page: opened, complaints } = await browser.open(text, width);
        expect(complaints).toEqual([]);
        const wide = await opened.evaluate('document.documentElement.scrollWidth');
        expect(wide).toBeLessThanOrEqual(width);
        if (width === 1280) expect(await seriousFaults(opened)).toEqual([]);
        if (SHOTS !== '') {
          mkdirSync(SHOTS, { recursive: true });
          await opened.screenshot({ path: join(SHOTS, `${name}-${width}.png`) });
        }
        await opened.close();
      }
    },
  );

  it('has contrast in the dark, too', async () => {
    const { page: opened } = await browser.open(await page('trace shop/web --demo'));
    await opened.emulateMedia({ colorScheme: 'dark' });
    expect(await opened.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(20, 23, 26)');
    expect(await seriousFaults(opened)).toEqual([]);
    await opened.close();
  });

  it.each([
    ['a click', async (box: import('playwright-core').Locator) => await box.click()],
    ['Enter', async (box: import('playwright-core').Locator) => await box.press('Enter')],
    ['the space bar', async (box: import('playwright-core').Locator) => await box.press(' ')],
  ])('opens a box by %s, and shows rule, line, counters and sentence', async (_, act) => {
    const { page: opened, complaints } = await browser.open(
      await page('trace 10.96.0.1:80 --from 10.244.9.9 -f -', fanOf(3)),
    );
    const box = opened.locator('[data-box]', { hasText: 'KUBE-SERVICES' }).first();
    const details = opened.locator(`#${await box.getAttribute('data-opens')}`);
    expect(await details.getAttribute('open')).toBeNull();
    await act(box);
    expect(await details.getAttribute('open')).not.toBeNull();
    const told = await details.innerText();
    expect(told).toContain('-A KUBE-SERVICES -d 10.96.0.1/32');
    expect(told).toMatch(/:\d+/);
    expect(told).toContain('7 packets, 420 bytes');
    expect(told).toContain('10.96.0.1:80 is this Service port.');
    expect(await opened.evaluate('document.activeElement.tagName')).toBe('SUMMARY');
    expect(complaints).toEqual([]);
    await opened.close();
  });

  it('lets a condition be chosen, and lights the branch that it decides', async () => {
    const { page: opened } = await browser.open(
      await page('trace 10.244.2.20:8080 --from 10.244.1.10 -f -', OPEN),
    );
    const lit = async () => await opened.locator('[data-box]:not(.off) .label').allTextContents();
    const told = opened.locator('.told').first();
    expect(await lit()).toEqual(expect.arrayContaining(['DROP', '10.244.2.20:8080']));
    const first = opened.locator('[role=radiogroup]').first();
    await first.locator('input[value=yes]').check();
    const yes = await lit();
    await first.locator('input[value=no]').check();
    const no = await lit();
    expect([yes.includes('DROP'), yes.includes('10.244.2.20:8080')]).toEqual([true, false]);
    expect([no.includes('DROP'), no.includes('10.244.2.20:8080')]).toEqual([false, true]);
    expect(await told.innerText()).toMatch(/^\d+ of \d+ ways are left: 10\.244\.2\.20:8080$/);
    await first.locator('input[value=""]').check();
    expect(await lit()).toEqual(expect.arrayContaining(['DROP', '10.244.2.20:8080']));
    await opened.close();
  });

  it('finds words, and opens where they are', async () => {
    const { page: opened } = await browser.open(await page('trace shop/web --demo'));
    await opened.locator('#search').fill('web-b1');
    expect(await opened.locator('#found').innerText()).toMatch(/^\d+ places?$/);
    expect(await opened.locator('.hit').count()).toBeGreaterThan(0);
    await opened.locator('#search').fill('');
    expect(await opened.locator('.hit, .gone').count()).toBe(0);
    await opened.close();
  });

  it('is read by heading and by name, and works without a script', async () => {
    const text = await page('trace shop/web --demo --from pod');
    const { page: opened } = await browser.open(text.replace(/<script>[\s\S]*?<\/script>/, ''));
    const box = opened.locator('a[data-box]', { hasText: 'KUBE-SERVICES' }).first();
    expect(await box.getAttribute('aria-label')).toMatch(/^KUBE-SERVICES nat/);
    await box.press('Enter');
    expect(opened.url()).toMatch(/#t0-b\d+$/);
    expect(await opened.locator('h1').count()).toBe(1);
    await opened.close();
  });

  it('prints with every box open', async () => {
    const { page: opened } = await browser.open(await page('trace shop/web --demo --from pod'));
    await opened.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    expect(await opened.locator('details:not([open])').count()).toBe(0);
    await opened.evaluate("window.dispatchEvent(new Event('afterprint'))");
    expect(await opened.locator('details[open]').count()).toBe(0);
    await opened.close();
  });

  it('of 5,000 endpoints is under a megabyte and opens at once', async () => {
    const text = await page('trace 10.96.0.1:80 --from 10.244.99.9 -f -', fanOf(5000));
    expect(text.length).toBeLessThan(1_000_000);
    const begun = performance.now();
    const { page: opened, complaints } = await browser.open(text);
    const shown = await opened.locator('[data-box]').count();
    const opening = await opened.evaluate(
      'performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd',
    );
    expect(opening).toBeLessThan(2000);
    expect(shown).toBeLessThan(60);
    expect(await opened.locator('svg').first().textContent()).toContain('4992 more');
    expect(complaints).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(30_000);
    await opened.close();
  });
});

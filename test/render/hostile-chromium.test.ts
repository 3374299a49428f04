import { afterAll, describe, expect, it, vi } from 'vitest';
import { escapeTerminal } from '../../src/render/escape.ts';
import { renderTracePage } from '../../src/render/html/trace.ts';
import { codeBlock, codeSpan, escapeMarkdown } from '../../src/render/markdown/escape.ts';
import { escapeMermaid } from '../../src/render/mermaid/escape.ts';
import { renderTraceMermaid } from '../../src/render/mermaid/trace.ts';
import { run } from '../cli/run-main.ts';
import { Browser, mermaidScript } from '../support/browser.ts';
import { hasChromium } from '../support/has-tool.ts';
import { HOSTILE, hostileTrace } from './hostile.ts';

vi.setConfig({ testTimeout: 180_000 });

const browser = new Browser();
afterAll(() => browser.close());

/** A page of its own, without a policy, in which mermaid runs. */
async function mermaidPage() {
  const { page } = await browser.open('<!doctype html><meta charset="utf-8"><div id="here"></div>');
  await page.addScriptTag({ content: mermaidScript() });
  await page.evaluate("mermaid.initialize({ startOnLoad: false, securityLevel: 'loose' })");
  return page;
}

describe.skipIf(!hasChromium())('does a hostile name stay text?', () => {
  it.each(HOSTILE)('in a page: %j', async (name) => {
    const text = await renderTracePage(await hostileTrace(name), name);
    const { page, complaints } = await browser.open(text);
    await page.locator('a[data-box]').first().click();
    expect(complaints).toEqual([]);
    expect(await page.evaluate('window.owned ?? null')).toBeNull();
    expect(await page.locator('img, iframe, object, embed, link').count()).toBe(0);
    expect(await page.locator('pre.answer').textContent()).toBe(
      name.split('\n').map(escapeTerminal).join('\n').trimEnd(),
    );
    await page.close();
  });

  it('in a Mermaid label, as mermaid itself draws it', async () => {
    const page = await mermaidPage();
    for (const name of HOSTILE) {
      const drawn = (await page.evaluate(
        `mermaid.render('x', ${JSON.stringify(`flowchart LR\n  a[${escapeMermaid(name)}]\n`)}).then(({ svg }) => {
          const here = document.getElementById('here');
          here.innerHTML = svg;
          return { text: here.querySelector('.node').textContent.trim(), html: here.innerHTML };
        })`,
      )) as { text: string; html: string };
      const shown = name.split('\n').map(escapeTerminal).join('').replace(/\s+/g, ' ').trim();
      expect(drawn.text.replace(/\s+/g, ' ')).toBe(shown);
      expect(drawn.html).not.toMatch(/<(?:script|img|strong|em|a)\b/);
      expect(await page.evaluate('window.owned ?? null')).toBeNull();
    }
    await page.close();
  });
});

describe.skipIf(!hasChromium())('is every Mermaid text one that mermaid parses?', () => {
  it.each([
    'trace shop/web --demo',
    'trace node:30081 --demo',
    'trace shop/web-sticky --demo',
    'trace 10.96.0.10:53 --protocol udp --demo',
  ])('%s', async (line) => {
    const page = await mermaidPage();
    const { out } = await run([...line.split(' '), '-o', 'mermaid']);
    const { out: report } = await run([...line.split(' '), '-o', 'markdown']);
    const inReport = [...report.matchAll(/```mermaid\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
    expect(inReport.length).toBeGreaterThan(0);
    for (const text of [out, ...inReport]) {
      expect(
        await page.evaluate(`mermaid.parse(${JSON.stringify(text)}).then(({ diagramType }) => diagramType)`),
      ).toMatch(/^flowchart/);
    }
    await page.close();
  });

  it('of hostile names, and of a report of check', async () => {
    const page = await mermaidPage();
    const texts = await Promise.all(
      HOSTILE.map(async (name) => renderTraceMermaid(await hostileTrace(name))),
    );
    const { out } = await run(['check', '--demo', '-o', 'markdown']);
    const chart = /```mermaid\n([\s\S]*?)```/.exec(out)?.[1] ?? '';
    for (const text of [...texts, chart]) {
      expect(
        await page.evaluate(`mermaid.parse(${JSON.stringify(text)}).then(({ diagramType }) => diagramType)`),
      ).toMatch(/^flowchart/);
    }
    await page.close();
  });
});

describe('does a hostile name stay text in Markdown?', () => {
  it.each(HOSTILE)('%j', (name) => {
    const text = escapeMarkdown(name);
    expect(text).not.toMatch(/\n|<(?!!-- -->)|(?<!\\)[`[\]|*_$~]|@\w|:\/\/|(?<!\\)#\d|www\./);
    expect(
      text
        .replace(/<!-- -->/g, '')
        .replace(/\\([\\`*_[\]|~$#\-+=.)])/g, '$1')
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&amp;/g, '&'),
    ).toBe(escapeTerminal(name));
  });

  it.each(HOSTILE)('as code: %j', (name) => {
    const [, fence = '', inner = ''] = /^(`+) ?([\s\S]*?) ?\1$/.exec(codeSpan(name)) ?? [];
    expect(inner.includes(fence)).toBe(false);
    expect(codeSpan(name)).not.toMatch(/\n|(?<!\\)\|/);
    const [first = '', ...rest] = codeBlock(name).trimEnd().split('\n');
    expect(rest.at(-1)).toBe(first);
    expect(rest.slice(0, -1).some((line) => line.includes(first))).toBe(false);
  });
});

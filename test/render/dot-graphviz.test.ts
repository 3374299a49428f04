import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { escapeDot } from '../../src/render/dot/escape.ts';
import { renderTraceDot } from '../../src/render/dot/trace.ts';
import { escapeTerminal } from '../../src/render/escape.ts';
import { run } from '../cli/run-main.ts';
import { hasTool } from '../support/has-tool.ts';
import { fanOf } from './fan.ts';
import { HOSTILE, hostileTrace } from './hostile.ts';

/** @returns the graph as graphviz read it, with what it complained about. */
function graph(dot: string) {
  const { status, stdout, stderr } = spawnSync('dot', ['-Tdot_json'], { input: dot, encoding: 'utf8' });
  return {
    status,
    stderr: stderr.replace(/.*Fontconfig.*\n?/g, ''),
    json: status === 0 ? JSON.parse(stdout) : null,
  };
}

describe.skipIf(!hasTool('dot'))('does graphviz read what trace -o dot writes?', () => {
  it.each(['trace shop/web --demo', 'trace node:30081 --demo', 'trace shop/web-sticky --demo'])(
    '%s',
    async (line) => {
      const { out } = await run([...line.split(' '), '-o', 'dot']);
      const { stderr, json } = graph(out);
      expect(stderr).toBe('');
      expect(json.edges.length).toBeGreaterThan(3);
    },
  );

  it('of 5,000 endpoints, folded', async () => {
    const { out } = await run('trace 10.96.0.1:80 --from 10.244.99.9 -f - -o dot'.split(' '), {
      stdin: fanOf(5000),
    });
    const { stderr, json } = graph(out);
    expect(stderr).toBe('');
    expect(json.edges.length).toBeLessThan(60);
  });

  it.each(HOSTILE)('with the name %j', async (name) => {
    const { stderr, json } = graph(`digraph { a [label=${escapeDot(name)}]; b [label="b"]; a -> b }`);
    expect(stderr).toBe('');
    expect(json.objects.map((one: { name: string }) => one.name)).toEqual(['a', 'b']);
    const whole = graph(renderTraceDot(await hostileTrace(name)));
    expect(whole.stderr).toBe('');
    expect(JSON.stringify(whole.json)).not.toContain('"shape":"star"');
  });

  it.each(HOSTILE)('does it draw %j as text?', (name) => {
    const { stdout } = spawnSync('dot', ['-Tplain-ext'], {
      input: `digraph { a [label=${escapeDot(name)}] }`,
      encoding: 'utf8',
    });
    const svg = spawnSync('dot', ['-Tsvg'], {
      input: `digraph { a [label=${escapeDot(name)}] }`,
      encoding: 'utf8',
    }).stdout;
    const texts = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) =>
      text
        .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&quot;/g, '"')
        .replace(/&#39;/g, "'")
        .replace(/\u00a0/g, ' ')
        .replace(/&amp;/g, '&'),
    );
    expect(stdout).toMatch(/^graph/);
    expect(texts.join('\n').replace(/ +/g, ' ')).toBe(
      name
        .split('\n')
        .map(escapeTerminal)
        .join('\n')
        .replace(/ +/g, ' ')
        .replace(/^ | $/gm, (blank) => blank),
    );
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';

/** Made in the kernel by test/kernel/cluster/write-broken.ts: two nodes, the second broken, and what a client of the first saw. */
const FOLDER = join(import.meta.dirname, '../../fixtures/broken-nodes');

/** What is wrong with the second node, as it must be told. */
const TOLD: Readonly<Record<string, { readonly code: string; readonly text: RegExp }>> = {
  'forward-drop': { code: 'lost', text: /the request is lost on n2: the policy of filter FORWARD/ },
  'rp-filter': {
    code: 'lost',
    text: /the request is lost on n2: rp_filter drops it: the route to 10\.244\.1\.11 does not go through flannel\.1/,
  },
  'no-route-back': { code: 'lost', text: /the answer is lost on n2: no route to 10\.244\.1\.11/ },
  'foreign-snat': {
    code: 'own-packet',
    text: /n2 gives the request 10\.244\.2\.12 as its source, nat POSTROUTING rule 2/,
  },
  'forwarding-off': { code: 'lost', text: /the request is lost on n2: forwarding is off for flannel\.1/ },
};

describe('a second node that is broken', () => {
  it('is there in five ways', () => {
    const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(TOLD).sort());
  });

  it.each(Object.entries(TOLD))('is told with node and rule: %s', async (name, { code, text }) => {
    const folder = join(FOLDER, name);
    const { address, port, seen } = JSON.parse(readFileSync(join(folder, 'seen.json'), 'utf8'));
    const asked = `trace ${address}:${port} --from pod:lab/p1a -f ${folder} -o json`;
    const { out } = await run(asked.split(' '));
    const [item] = JSON.parse(out).items;
    const ways = item.outcomes.map((outcome: { connection: unknown }) => outcome.connection);
    expect(new Set(seen)).toEqual(new Set(['times-out']));
    expect(ways).toMatchObject([{ sees: 'times-out', share: 1, reason: { code } }]);
    expect(ways[0].reason.text).toMatch(text);
    expect(ways[0].legs.at(-1).node).toBe('n2');
  });

  it.each(Object.entries(TOLD))('is why a Service does not work: %s', async (name, { code, text }) => {
    const folder = join(FOLDER, name);
    const { out, status } = await run(`why lab/local --from pod:lab/p1a -f ${folder} -o json`.split(' '));
    const { verdict, works, causes } = JSON.parse(out);
    expect(status).toBe(1);
    expect({ verdict, timesOut: works.given?.timesOut ?? works.pod?.timesOut }).toEqual({
      verdict: 'broken',
      timesOut: 1,
    });
    expect(causes[0]).toMatchObject({ code, severity: 'error', explains: true });
    expect(causes[0].message).toMatch(text);
  });

  it('does not make a Service fail that has an endpoint on the first', async () => {
    const { out, status } = await run(
      `why lab/one --from pod:lab/p1a -f ${join(FOLDER, 'forward-drop')} -o json`.split(' '),
    );
    expect(JSON.parse(out)).toMatchObject({ verdict: 'works' });
    expect(status).toBe(0);
  });

  it('has its finding in a check of both, and the first has none of it', async () => {
    const { out, status } = await run(`check -f ${join(FOLDER, 'forward-drop')} -o json`.split(' '));
    const { kind, items } = JSON.parse(out) as {
      kind: string;
      items: { capture: { node: string }; findings: { code: string }[] }[];
    };
    const codes = Object.fromEntries(
      items.map(({ capture, findings }) => [capture.node, findings.map((finding) => finding.code)]),
    );
    expect({ kind, status, nodes: Object.keys(codes) }).toEqual({
      kind: 'CheckReportList',
      status: 1,
      nodes: ['n1', 'n2'],
    });
    expect(codes.n2).toContain('KP107');
    expect(codes.n1).not.toContain('KP107');
  });

  it('is told of the first in a check of both, which its clients notice, and what was followed', async () => {
    const { out } = await run(`check -f ${join(FOLDER, 'rp-filter')} --only KP133 -o json`.split(' '));
    const [first, second] = JSON.parse(out).items;
    expect(first.findings).toMatchObject([
      {
        code: 'KP133',
        objects: expect.arrayContaining(['node n2', 'lab/web']),
        message: expect.stringContaining('the request is lost on n2: rp_filter drops it'),
      },
    ]);
    expect(first.coverage.across).toEqual({ nodes: ['n2'], notTried: [], ports: 4, followed: 4 });
    expect(second.coverage.across).toMatchObject({ nodes: ['n1'] });
  });

  it('has no proof in a rule that only let the packet pass', async () => {
    const { out } = await run(`check -f ${join(FOLDER, 'no-route-back')} --only KP133 -o json`.split(' '));
    const [{ findings }] = JSON.parse(out).items;
    expect(findings[0].evidence.map(({ line }: { line: number | null }) => line)).toEqual([null]);
  });
});

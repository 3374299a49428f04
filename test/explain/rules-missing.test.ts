import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { ask } from '../pastes/paste.ts';

const SAVE = readFileSync(join(import.meta.dirname, '../../fixtures/demo/iptables-save.txt'), 'utf8');
const LISTED = 'fixtures/k3s-ngx/iptables-nat-L.txt';

function tableOf(name: string): string {
  const lines = SAVE.split('\n');
  const from = lines.indexOf(`*${name}`);
  return `${lines.slice(from, lines.indexOf('COMMIT', from) + 1).join('\n')}\n`;
}

describe('a paste of nat alone', () => {
  it('does not say that a Service works which filter rejects', async () => {
    // In the whole dump: "shop/np-empty has no endpoints", REJECT in filter.
    const { out } = await ask(tableOf('nat'), 'trace', '10.96.10.28:80', '--from', 'node');
    expect(out).not.toContain('WORKS');
    expect(out.split('\n').slice(0, 7).join('\n')).toMatch(/UNKNOWN[\s\S]*filter OUTPUT was not captured/);
  });

  it('names the endpoint, and what was not captured, and does not vouch for it', async () => {
    const { out } = await ask(tableOf('nat'), 'trace', '10.96.0.1:443', '--from', 'pod');
    expect(out).toContain('UNKNOWN: to 1 endpoint, 192.168.100.1:6443');
    expect(out).toContain(
      'filter FORWARD was not captured: whether a rule or policy there ends the packet is unknown',
    );
  });

  it('leaves why unknown, and names the table', async () => {
    const { out } = await ask(tableOf('nat'), 'why', 'shop/web');
    expect(out).toContain('UNKNOWN whether it works');
    expect(out).toContain('filter FORWARD was not captured');
  });

  it('calls no connection one that works in JSON', async () => {
    const { out } = await ask(tableOf('nat'), 'trace', 'shop/web', '-o', 'json');
    const outcomes = JSON.parse(out).items.flatMap((item: { outcomes: unknown[] }) => item.outcomes);
    expect(outcomes.length).toBeGreaterThan(3);
    for (const outcome of outcomes) {
      expect(outcome.connection.sees).toBe('unknown');
      expect(outcome.remarks[0]).toMatchObject({ code: 'table-not-captured', effect: 'may-break' });
    }
  });

  it('has no verdict in JSON either, and the reason; where the packet goes stays', async () => {
    const { out } = await ask(tableOf('nat'), 'trace', '10.96.0.1:443', '--from', 'pod', '-o', 'json');
    const [outcome] = JSON.parse(out).items[0].outcomes;
    expect(outcome.verdict).toBe('unknown');
    expect(outcome.reason.text).toContain('filter FORWARD was not captured');
    expect(outcome.destination).toEqual({ address: '192.168.100.1', port: 6443 });
    const { out: text } = await ask(
      tableOf('nat'),
      ...['trace', '10.96.0.1:443', '--from', 'pod', '--detail', 'answer'],
    );
    expect(text).toContain('ACCEPT to 1 endpoint, source address kept, as far as was captured\n');
  });

  it('is the same of a listing', async () => {
    const { out } = await run(['trace', '10.43.120.124:80', '--from', 'pod', '-f', LISTED]);
    expect(out).not.toContain('WORKS');
    expect(out).toContain('filter FORWARD was not captured');
  });
});

describe('a whole dump', () => {
  it('says that it works where it does', async () => {
    const { out } = await ask(SAVE, 'trace', '10.96.0.1:443', '--from', 'pod');
    expect(out).toContain('WORKS: to 1 endpoint, 192.168.100.1:6443');
    expect(out).not.toContain('was not captured: whether');
    const { out: json } = await ask(SAVE, 'trace', '10.96.0.1:443', '--from', 'pod', '-o', 'json');
    expect(JSON.parse(json).items[0].outcomes[0]).toMatchObject({ verdict: 'accept', reason: null });
  });
});

describe('lines that were picked', () => {
  it('have no policy, which may drop', async () => {
    const { out } = await ask(
      `${tableOf('nat')}*filter\n-A FORWARD -s 192.0.2.9/32 -j DROP\nCOMMIT\n`,
      'trace',
      'shop/web',
      '--from',
      'pod',
    );
    expect(out).not.toContain('WORKS');
    expect(out).toContain('the policy of filter FORWARD was not captured');
  });
});

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';

const bare = join(mkdtempSync(join(tmpdir(), 'kp-explain-')), 'node');
cpSync('fixtures/demo', bare, { recursive: true });
rmSync(join(bare, 'conntrack.txt'));
afterAll(() => rmSync(join(bare, '..'), { recursive: true, force: true }));

const TAKEN = 'the flow is taken to be new: one that conntrack holds goes where it went before';

async function out(...argv: readonly string[]): Promise<string> {
  return (await run([...argv])).out.replaceAll(/\s+/g, ' ');
}

// nf_nat_inet_fn (net/netfilter/nf_nat_core.c): what an entry decided once holds for all of its packets.
describe('Is a flow new where conntrack was not captured?', () => {
  it('a client of UDP keeps its port, so that its flow may be an old one: said', async () => {
    expect(await out('trace', 'shop/udp-stale', '--from', 'pod', '-f', bare)).toContain(TAKEN);
  });
  it('and so may that of a port which was asked for', async () => {
    const ask = ['trace', 'shop/web', '--from', '10.244.1.13', '-f', bare];
    expect(await out(...ask, '--source-port', '40004')).toContain(TAKEN);
    expect(await out(...ask)).not.toContain(TAKEN);
  });
  it('what was captured tells, and nothing is taken for granted', async () => {
    expect(await out('trace', 'shop/udp-stale', '--from', 'pod', '--demo')).not.toContain(TAKEN);
  });
  it('why says of every Service that nobody looked for stuck flows', async () => {
    const said = 'conntrack was not captured: flows that are stuck were not looked for';
    expect(await out('why', 'shop/web', '-f', bare)).toContain(said);
    expect(await out('why', 'shop/web', '--demo')).not.toContain(said);
  });
});

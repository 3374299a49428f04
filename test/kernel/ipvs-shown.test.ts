import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/net/address.ts';
import { ask } from '../trace/ask.ts';
import { nodeOf } from '../trace/node.ts';
import { bootUml, NoMachine, whyNoUml } from './ipvs/uml.ts';

const missing = whyNoUml();
if (missing !== null) console.log(`skipped: connections past IPVS: it ${missing}`);

/** One connection of a client: what IPVS held before it, and who answered. */
interface Shown {
  readonly name: string;
  readonly got: string;
  /** What the tracer gives: real servers, `refused`, `none`. */
  readonly told: readonly string[];
}

describe.skipIf(missing !== null)('What did a kernel do with real connections past IPVS?', () => {
  let shown: readonly Shown[] | null = null;
  beforeAll(() => {
    try {
      const script = readFileSync(join(import.meta.dirname, 'ipvs/shown.sh'), 'utf8');
      const { status, output, remove } = bootUml(['bash', '/out/script'], {}, 280, { script });
      remove();
      if (status !== 0) throw new Error(output);
      shown = output.split('== ').slice(1).map(read);
    } catch (error) {
      // Where processes may not be traced a user-mode kernel does not start.
      if (!(error instanceof NoMachine)) throw error;
      console.log(`skipped: connections past IPVS: ${error.message}`);
    }
  }, 300_000);

  const of = (name: string): readonly Shown[] => (shown ?? []).filter((one) => one.name === name);
  const kinds = (all: readonly Shown[]): string[] => [...new Set(all.map(({ got }) => got))].sort();
  const toldOf = (all: readonly Shown[]): string[] => [...new Set(all.flatMap(({ told }) => told))].sort();

  it('each went where the tracer has a way', ({ skip }) => {
    if (shown === null) return skip();
    expect(shown.length).toBeGreaterThan(45);
    expect(shown.filter(({ told, got }) => !told.includes(got))).toEqual([]);
  });

  it.each([
    ['ended, conn_reuse_mode 1', 2],
    ['ended, conn_reuse_mode 0', 1],
    ['ended, drained, conn_reuse_mode 1', 1],
    ['ended, drained, conn_reuse_mode 0', 1],
    ['ended, drained, expire_nodest_conn 1', 1],
    ['ended, of a template', 1],
    ['ended, of a template, drained', 1],
    ['sh, one of weight 0', 2],
    ['dh, one of weight 0', 2],
    ['the last hop, to a server on the node', 1],
    ['the last hop, to another machine', 1],
    ['one hop more, to another machine', 1],
  ])('%s: it took every way that is told, and no other', (name, ways) => {
    if (shown === null) return;
    expect(toldOf(of(name))).toHaveLength(ways);
    expect(toldOf(of(name))).toEqual(kinds(of(name)));
  });

  it('a drained server is left only where the entry may be thrown away', () => {
    if (shown === null) return;
    const [anew] = of('ended, drained, conn_reuse_mode 1');
    const [kept] = of('ended, of a template, drained');
    expect(anew?.got).toMatch(/^10\./);
    expect(kept?.got).toMatch(/^10\./);
    expect(kinds(of('sh, one of weight 0'))).toEqual(['10.2.0.2', 'refused']);
    expect(kinds(of('dh, one of weight 0'))).toEqual(['10.2.0.2', 'refused']);
    expect(kinds(of('the last hop, to a server on the node'))).toEqual(['10.1.0.1']);
    expect(kinds(of('one hop more, to another machine'))).toEqual(['10.2.0.2']);
  });
});

/** @returns one block of the script's output, with what the tracer makes of it. */
function read(block: string): Shown {
  const [head = ''] = block.split('\n');
  const [name = '', from = '', to = '', ttl = '64'] = head.trim().split(' | ');
  const settings = block.matchAll(/^(net\.\S+) = (\S+)$/gm);
  const [, held = '', got = ''] = /-- ipvs\n([\s\S]*)-- got\n(\S*)/.exec(block) ?? [];
  const virtual = to.replace(/:.*/, '');
  const host = nodeOf({
    routes: [
      ...[`local ${virtual} dev kube-ipvs0 table local`, 'local 10.1.0.1 dev eth1 table local'],
      ...['10.1.0.0/24 dev eth1', '10.2.0.0/24 dev eth0', '10.3.0.0/24 dev eth0'],
    ],
    sysctls: Object.fromEntries([...settings].map(([, key = '', value = '']) => [key, value])),
  });
  const { outcomes } = ask(RULES, { host, from, via: 'eth1', to, ipvs: held, header: { ttl: Number(ttl) } });
  return { name, got, told: outcomes.map(endOf) };
}

function endOf({ verdict, rejectWith, destination }: ReturnType<typeof ask>['outcomes'][number]): string {
  if (verdict === 'accept') return formatAddress(destination.address);
  return verdict === 'reject' && rejectWith === 'icmp-port-unreachable' ? 'refused' : 'none';
}

const RULES = `*filter
:INPUT ACCEPT
:FORWARD ACCEPT
:OUTPUT ACCEPT
`;

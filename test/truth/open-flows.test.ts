import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import type { FlowItem } from '../../src/explain/flow-list.ts';
import { type Known, plainQuestion } from '../../src/explain/question/question.ts';
import { ask } from '../explain/flows/ask.ts';
import { openCapture } from '../support/open-capture.ts';

/** A connection of the lab's, and who answered it. */
interface OpenFlow {
  readonly tag: string;
  readonly proto: string;
  readonly src: string;
  readonly dst: string;
  readonly local?: string;
  readonly pod?: string;
}

const SHARED = join(import.meta.dirname, '../../../shared');
/** Captures in IPVS mode; of node 2 nothing but the open flows was measured. */
const NODES = ['6.1-ipvs-default', '6.1-ipvs-default-node2', '6.12-ipvs-nodeportaddr-mh'];
/** Destinations that are no Service's: pods themselves, and a port of a host-network pod. */
const DIRECT = /direct|^node-pod$|^ext-pod$|^ext-ssh-like$/;

const NODE_1 = ['192.168.100.11', 'fd00:192:168:100::11'];
const NODE_2 = ['192.168.100.12', 'fd00:192:168:100::12'];

const there = existsSync(join(SHARED, 'truth'));
if (!there) console.log('skipped: ../shared is not here; open flows of IPVS nodes were not compared');

describe.skipIf(!there).each(NODES)('the flows that were open on %s', (name) => {
  const folder = join(SHARED, 'captures', name);
  const truthOf = () => JSON.parse(readFileSync(join(SHARED, 'truth', `${name}.json`), 'utf8')).flows;
  const flowsIn = (part: Record<string, OpenFlow[]>): OpenFlow[] => Object.values(part).flat();

  const joined = async (): Promise<{ known: Known; here: { flow: OpenFlow; item: FlowItem }[] }> => {
    const { known } = await openCapture(folder, join(folder, 'extra/ipvsadm-Lnc.txt'));
    const lines = ['conntrack.txt', 'conntrack6.txt'].flatMap((file) =>
      readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'),
    );
    const { items } = await ask([lines], {}, known);
    const byTuple = new Map(items.map((item) => [keyOf(item), item]));
    const elsewhere = name.endsWith('node2') ? NODE_1 : NODE_2;
    const here = flowsIn(truthOf().made).flatMap((flow) => {
      // Who answers at a node port of another node stands in the tables of that one.
      if (elsewhere.includes(flow.dst.replace(/ .*/, ''))) return [];
      const item = byTuple.get(`${flow.proto.toLowerCase()} ${flow.src} ${flow.dst}`);
      return item === undefined ? [] : [{ flow, item }];
    });
    return { known, here };
  };

  it('are joined to the Service and endpoint that they had', async () => {
    const { here } = await joined();
    expect(here.length).toBeGreaterThan(45);
    const wrong = here.flatMap(({ flow, item }) => {
      const text = `${flow.tag} ${flow.src} → ${flow.dst}`;
      if ((item.service === null) !== DIRECT.test(flow.tag)) return [`${text}: ${item.service?.name}`];
      // kube-proxy deletes UDP servers at once: those flows had moved on when they were listed.
      if (flow.local === undefined || flow.tag === 'udp-stale') return [];
      const endpoint = `${item.endpoint?.address}:${item.endpoint?.port}`;
      return endpoint === flow.local.replace(/[[\]]/g, '')
        ? []
        : [`${text}: ${flow.local}, joined ${endpoint}`];
    });
    expect(wrong).toEqual([]);
  });

  it('go on to who answers them: what is remembered holds, and what is deleted is chosen anew', async () => {
    const { known, here } = await joined();
    const answers = new Map(flowsIn(truthOf().answers).map((flow) => [`${flow.src} ${flow.dst}`, flow]));
    const wrong: string[] = [];
    let compared = 0;
    for (const { flow, item } of here) {
      const later = flow.proto === 'UDP' ? answers.get(`${flow.src} ${flow.dst}`) : flow;
      const ended = item.state !== null && !['ESTABLISHED', 'CLOSE_WAIT'].includes(item.state);
      if (later?.local === undefined || ended) continue;
      const [from = '', sourcePort] = flow.src.split(' ');
      const [to = '', port] = flow.dst.split(' ');
      const [answer] = explainTrace(
        {
          ...plainQuestion(to.includes(':') ? `[${to}]:${port}` : `${to}:${port}`),
          from,
          protocol: flow.proto.toLowerCase(),
          sourcePort: Number(sourcePort),
        },
        known,
      );
      compared++;
      const reached = (answer?.outcomes ?? []).map(
        ({ verdict, destination }) => `${verdict} ${destination.address}:${destination.port}`,
      );
      const real = `accept ${later.local.replace(/[[\]]/g, '')}`;
      const alone = flow.proto === 'TCP' ? reached.length === 1 : true;
      if (!alone || !reached.includes(real))
        wrong.push(
          `${flow.tag} ${flow.proto} ${flow.src} → ${flow.dst}: ${real}, traced ${reached.join(', ')}`,
        );
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(30);
  });
});

function keyOf({ protocol, original: { source, destination } }: FlowItem): string {
  return `${protocol} ${source.address} ${source.port} ${destination.address} ${destination.port}`;
}

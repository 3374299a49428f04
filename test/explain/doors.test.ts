import { describe, expect, it } from 'vitest';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { plainQuestion, type TraceQuestion } from '../../src/explain/question/question.ts';
import type { TraceItem } from '../../src/explain/trace-list.ts';
import { clientsOf } from '../../src/findings/survey/senders.ts';
import { openCapture } from '../support/open-capture.ts';
import { BrokenDemo, type Edits } from './broken-demo.ts';

const QUESTION: TraceQuestion = {
  ...plainQuestion('10.244.1.15:53'),
  from: 'external',
  protocol: 'udp',
};

async function items(edits: Edits, question: Partial<TraceQuestion> = {}): Promise<TraceItem[]> {
  const { known } = await openCapture(new BrokenDemo(edits).folder);
  return explainTrace({ ...QUESTION, ...question }, known);
}

const rule = (text: string): Edits => ({
  'iptables-save.txt': (save) => save.replace(/^(\*filter\n(?:[:#].*\n)+)/m, `$1${text}\n`),
});
const told = ({ from, outcomes }: TraceItem): string =>
  `${from}: ${outcomes.map(({ verdict }) => verdict).join()}`;

describe('By which interface does a client outside come in?', () => {
  it('by the default route, and by another one where it fares otherwise there', async () => {
    expect((await items(rule('-A FORWARD -i int0 -d 10.244.1.15/32 -j DROP'))).map(told)).toEqual([
      'any address outside the cluster: accept',
      'any address outside the cluster, through int0: drop',
    ]);
  });
  it('where routing takes nothing from there, nobody comes that way: check and why are silent, too', async () => {
    const { folder } = new BrokenDemo({
      'sysctl.txt': (text) => `${text}net.ipv4.conf.int0.forwarding = 0\n`,
    });
    const { known } = await openCapture(folder);
    const all = explainTrace({ ...QUESTION, destination: 'shop/web', protocol: null }, known);
    expect(all.map(({ from }) => from)).toEqual(['any address outside the cluster']);
    expect(clientsOf(known, 'ipv4').map(({ from }) => from)).toEqual([
      'pod shop/client-a',
      'a process on node-1',
      'any address outside the cluster',
    ]);
  });
  it('where it does not, that is not told', async () => {
    const all = await items(rule('-A FORWARD -d 10.244.9.9/32 -j DROP'));
    expect(all.map(({ from }) => from)).toEqual(['any address outside the cluster']);
  });
});

describe('An interface that is named with --in-interface', () => {
  it('and that is a port is its bridge to rules, which physdev tells apart (br_handle_frame)', async () => {
    const drop = rule('-A FORWARD -i cni0 -m physdev --physdev-in vethp13 -j DROP');
    const by = async (inInterface: string): Promise<string[]> =>
      (await items(drop, { destination: '10.244.2.15:53', from: '10.244.1.13', inInterface })).map(
        ({ packet, outcomes }) => `${packet.inInterface} ${outcomes.map(({ verdict }) => verdict).join()}`,
      );
    expect(await by('vethp13')).toEqual(['cni0 drop']);
    expect(await by('vethp12')).toEqual(['cni0 accept']);
  });
});

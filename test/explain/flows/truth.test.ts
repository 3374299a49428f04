import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FlowItem } from '../../../src/explain/flow-list.ts';
import { openCapture } from '../../support/open-capture.ts';
import { ask } from './ask.ts';

/** A connection that was really open while conntrack was captured, and the pod that answered it. */
interface MadeFlow {
  readonly tag: string;
  readonly proto: string;
  readonly src: string;
  readonly dst: string;
  readonly local?: string;
  readonly pod?: string;
}

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
/** Destinations of the lab that are no Service's: pods themselves, and a port of a host-network pod. */
const DIRECT = /direct|^node-pod$|^ext-pod$|^ext-ssh-like$/;

describe.each([
  ['demo', '1.36-iptables-nft'],
  ['kube-proxy-1.20-legacy', '1.20-iptables-legacy'],
])('the flows that were open on the node of %s', (folder, truthName) => {
  const truth = JSON.parse(readFileSync(join(FIXTURES, 'truth', `${truthName}.json`), 'utf8'));
  const manifest = JSON.parse(readFileSync(join(FIXTURES, folder, 'capture.json'), 'utf8'));
  const lines = readFileSync(join(FIXTURES, folder, 'conntrack.txt'), 'utf8')
    .trimEnd()
    .split('\n');
  const made: MadeFlow[] = Object.values<MadeFlow[]>(truth.flows.made).flat();

  const joined = async () => {
    const { known } = await openCapture(join(FIXTURES, folder));
    const { items } = await ask([lines], {}, known);
    const byTuple = new Map(items.map((item) => [keyOf(item), item]));
    // The others were open on another node, and this node did not see them as their clients made them.
    const here = made.flatMap((flow) => {
      const item = byTuple.get(`${flow.proto.toLowerCase()} ${flow.src} ${flow.dst}`);
      return item === undefined ? [] : [{ flow, item }];
    });
    return { items, here };
  };

  it('are joined to the Service, endpoint and client that they really had', async () => {
    const { here } = await joined();
    expect(here.length).toBeGreaterThan(140);
    const wrong = here.filter(({ flow, item }) => {
      const [address = ''] = flow.src.split(' ');
      if (item.client.address !== address || (item.service === null) !== DIRECT.test(flow.tag)) return true;
      if (flow.local === undefined) return false;
      const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(flow.local) ?? [];
      if (item.endpoint?.address !== host || item.endpoint.port !== Number(port)) return true;
      return flow.pod !== undefined && item.endpoint.pod?.startsWith(flow.pod) !== true;
    });
    expect(wrong).toEqual([]);
  });

  it('are called stuck where they were made so, and nowhere else', async () => {
    const { items, here } = await joined();
    const removed: { service: string; ip: string }[] = manifest.notes.staleFlow.services;
    const stuck = here.filter(
      ({ flow, item }) =>
        flow.tag.includes('stale') &&
        removed.some(
          ({ service, ip }) => service === `shop/${item.service?.name}` && flow.local?.startsWith(`${ip}:`),
        ),
    );
    expect(stuck.length).toBeGreaterThan(5);
    const lineOf = ({ line }: { line: number }): number => line;
    expect(
      items
        .filter(({ stale }) => stale)
        .map(lineOf)
        .sort(),
    ).toEqual(stuck.map(({ item }) => item.line).sort());
    for (const { item } of stuck) {
      expect(item.problems).toMatchObject([{ code: 'endpoint-gone', severity: 'error' }]);
    }
  });
});

function keyOf({ protocol, original: { source, destination } }: FlowItem): string {
  return `${protocol} ${source.address} ${source.port} ${destination.address} ${destination.port}`;
}

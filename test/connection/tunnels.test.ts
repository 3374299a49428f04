import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { type NodeChanges, traceOver, writeNode } from './two-nodes.ts';

const root = mkdtempSync(join(tmpdir(), 'kp-explain-tunnels-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const BLOCKED = ['-A INPUT -p udp -m udp --dport 8472 -j DROP'];
let serial = 0;

/** What a client on node-1 sees of the endpoint on node-2, and why. */
async function asked(one: NodeChanges, two: NodeChanges) {
  const place = join(root, String(serial++));
  const folders = [writeNode(place, 1, 2, one), writeNode(place, 2, 2, two)];
  const { item } = await traceOver(folders, '10.244.2.5:8080', 'pod:shop/client-1');
  const [outcome] = item.outcomes;
  if (outcome?.connection == null) throw new Error('no connection');
  const { sees, reason, legs } = outcome.connection;
  return { sees, code: reason?.code ?? null, text: reason?.text ?? '', last: legs.at(-1)?.node, place };
}

// As clients of the lab saw it (VXLAN devices in this kernel): what the rules drop of a tunnel's packets nobody gets.
describe('Does what a tunnel wraps around a packet get through?', () => {
  it('yes, where nothing drops it', async () => {
    expect(await asked({ overlay: true }, { overlay: true })).toMatchObject({ sees: 'works', code: null });
  });

  it('no, where the far node drops it at INPUT', async () => {
    expect(await asked({ overlay: true }, { overlay: true, filter: BLOCKED })).toMatchObject({
      ...{ sees: 'times-out', code: 'tunnel-lost', last: 'node-2' },
      text: 'the packet in which flannel.1 carries the request is lost on node-2: filter INPUT rule 1',
    });
  });

  it('nor where the node of the client does: the answer is in such a packet, too', async () => {
    expect(await asked({ overlay: true, filter: BLOCKED }, { overlay: true })).toMatchObject({
      ...{ sees: 'times-out', code: 'tunnel-lost', last: 'node-1' },
      text: 'the packet in which flannel.1 carries the answer is lost on node-1: filter INPUT rule 1',
    });
  });

  it('nor where the sending node drops it at OUTPUT', async () => {
    const filter = ['-A OUTPUT -p udp -m udp --dport 8472 -j DROP'];
    expect(await asked({ overlay: true, filter }, { overlay: true })).toMatchObject({
      sees: 'times-out',
      text: 'the packet in which flannel.1 carries the request is lost on node-1: filter OUTPUT rule 1',
    });
  });

  it('yes, where the rule is for another port, or the nodes have no tunnel', async () => {
    const other = ['-A INPUT -p udp -m udp --dport 4789 -j DROP'];
    expect(await asked({ overlay: true }, { overlay: true, filter: other })).toMatchObject({ sees: 'works' });
    expect(await asked({}, { filter: BLOCKED })).toMatchObject({ sees: 'works' });
  });

  // As this kernel's conntrack had it: what comes is ESTABLISHED once this node has sent to the other.
  it.each([
    ['perhaps, where an answer to what the far node sent would', ['NEW'], 'works'],
    ['no, where that is dropped, too', ['NEW', 'ESTABLISHED'], 'times-out'],
  ])('of IPIP, whose packets have no ports: %s', async (_, states, sees) => {
    const filter = states.map((state) => `-A INPUT -p ipencap -m conntrack --ctstate ${state} -j DROP`);
    expect(await asked({ overlay: 'ipip' }, { overlay: 'ipip', filter })).toMatchObject({ sees });
  });

  it('is not asked of rules of IPv4, where the tunnel sends over IPv6', async () => {
    const far: NodeChanges = { overlay: 'ipv6', filter: BLOCKED };
    expect(await asked({ overlay: 'ipv6' }, far)).toMatchObject({ sees: 'works', code: null });
  });

  it('no, where the far device is down', async () => {
    expect(await asked({ overlay: true }, { overlay: true, down: true })).toMatchObject({
      ...{ sees: 'times-out', code: 'device-down' },
      text: 'the request goes on to node-2, where flannel.1 is down and takes nothing',
    });
  });

  it('and check says so of the node whose clients notice', async () => {
    const { place } = await asked({ overlay: true }, { overlay: true, filter: BLOCKED });
    const { out } = await run(['check', place, '--only', 'KP133', '-o', 'json']);
    const [first, second] = JSON.parse(out).items;
    expect(first.findings[0]).toMatchObject({ severity: 'error', objects: ['node node-2', 'shop/web'] });
    expect(second.findings[0]).toMatchObject({ severity: 'error', objects: ['node node-2', 'shop/web'] });
  });
});

describe('Does the client hear that nothing listens?', () => {
  const sockets =
    'Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\ntcp LISTEN 0 4096 0.0.0.0:10250 0.0.0.0:*\n';
  const ask = async (filter: readonly string[]) => {
    const place = join(root, String(serial++));
    const folders = [
      writeNode(place, 1, 2, { overlay: true, filter }),
      writeNode(place, 2, 2, { overlay: true, sockets }),
    ];
    // The request goes past the tunnel; what the node answers goes through it.
    const { item } = await traceOver(folders, '192.168.0.2:9001', 'pod:shop/client-1');
    const connection = item.outcomes[0]?.connection;
    return [connection?.sees, connection?.reason?.code];
  };

  it('yes: it is refused', async () => expect(await ask([])).toEqual(['refused', 'not-listening']));

  it('no, where the RST is lost on its way back', async () =>
    expect(await ask(BLOCKED)).toEqual(['times-out', 'tunnel-lost']));
});

describe('Does a router that is no node know where pods are?', () => {
  it('nobody knows, where the other node has a route of its own to them', async () => {
    expect(await asked({}, { lost: true })).toMatchObject({
      ...{ sees: 'unknown', code: 'leaves-cluster', last: 'node-2' },
      text: expect.stringContaining('by way of 192.168.0.254'),
    });
    expect(await asked({ lost: true }, {})).toMatchObject({ sees: 'unknown', code: 'leaves-cluster' });
  });

  it('yes, where no node has such a route: the cloud routes', async () => {
    expect(await asked({ lost: true }, { lost: true })).toMatchObject({ sees: 'works' });
  });

  it('yes, where all that a node has is a route by way of that same router', async () => {
    const routes = [{ dst: '10.0.0.0/8', gateway: '192.168.0.253', dev: 'eth0' }];
    expect(await asked({ lost: true, routes }, { lost: true, routes })).toMatchObject({ sees: 'works' });
  });

  it('and why and check take neither the first packet nor the connection for one that works', async () => {
    const place = join(root, String(serial++));
    const folders = [writeNode(place, 1, 2, { lost: true }), writeNode(place, 2, 2)];
    const from = folders.flatMap((folder) => ['-f', folder]);
    const why = await run(['why', 'shop/web', '-o', 'json', ...from]);
    expect(why.status).toBe(1);
    expect(JSON.parse(why.out)).toMatchObject({
      works: { pod: { works: 0.5, unknown: 0.5 }, node: { works: 0.5, unknown: 0.5 } },
      causes: expect.arrayContaining([
        expect.objectContaining({ code: 'leaves-cluster', severity: 'warning', certainty: 'possible' }),
      ]),
    });
    const trace = await run(['trace', 'shop/web', '--from', 'pod', ...from]);
    expect(trace.out).toContain('50% UNKNOWN');
    const check = await run(['check', place, '--only', 'KP133', '-o', 'json']);
    for (const item of JSON.parse(check.out).items) {
      expect(item.coverage.across).toMatchObject({ ports: 1, followed: 0 });
      expect(item.findings).toMatchObject([
        {
          ...{ severity: 'warning', certainty: 'probable', objects: ['node node-1', 'shop/web'] },
          message: expect.stringContaining('node-1 has no route of its own to the pods of that node'),
        },
      ]);
    }
  });
});

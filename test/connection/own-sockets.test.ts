import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leavesByOther, otherSources } from '../../src/connection/answer-source.ts';
import type { NodeView } from '../../src/connection/node-view.ts';
import { type Host, UNKNOWN_HOST } from '../../src/host/facts.ts';
import { listenerAt } from '../../src/host/listening.ts';
import { deviceOfOwn } from '../../src/host/own-device.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import type { Socket } from '../../src/host/parse-sockets.ts';
import { formatAddress } from '../../src/net/address.ts';
import { TCP, UDP } from '../../src/net/protocol.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { PacketState } from '../../src/trace/state.ts';
import { address } from '../host/hosts.ts';

const read = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../fixtures/own-sockets', name), 'utf8');

interface Measured {
  readonly takes: readonly {
    readonly protocol: 'tcp' | 'udp';
    readonly from: 'node' | 'neighbour';
    readonly address: string;
    readonly device: string;
  }[];
  readonly answers: readonly { readonly to: string; readonly asked: string; readonly from: string }[];
}

const MEASURED: Measured = JSON.parse(read('measured.json'));

const links = parseLinks(read('ip-addr.json'), '', new ProblemList());

const NODE: Host = {
  ...UNKNOWN_HOST,
  links,
  routes: {
    ipv4: parseRoutes(read('ip-route.json'), 'ipv4', '', new ProblemList()),
    ipv6: parseRoutes(read('ip6-route.json'), 'ipv6', '', new ProblemList()),
  },
};

/** The same of which only addresses were captured. */
const ADDRESSES: Host = { ...UNKNOWN_HOST, links };

const PORT = 5353;

describe('which of four sockets, each bound to a device, takes a packet to an address of the node?', () => {
  it.each(MEASURED.takes)('$protocol from $from to $address: that of $device', (row) => {
    const to = address(row.address);
    const protocol = row.protocol === 'tcp' ? TCP : UDP;
    const device = row.from === 'node' ? deviceOfOwn(NODE, to) : 'eth0';
    const takers = ['lo', 'eth0', 'cni0', 'dum0'].filter((name) => {
      const socket: Socket = { protocol, address: null, port: PORT, device: name };
      return listenerAt({ list: [socket], whole: true }, protocol, to, PORT, device).listens;
    });
    expect(takers).toEqual([row.device]);
  });

  it('without routes the one that has the address, where one alone has it', () => {
    expect(
      ['10.0.0.2', 'fd00:5::1', '10.244.1.1'].map((own) => deviceOfOwn(ADDRESSES, address(own))),
    ).toEqual(['eth0', 'dum0', 'cni0']);
  });

  it('nobody knows, where addresses were not captured', () => {
    expect(deviceOfOwn(UNKNOWN_HOST, address('10.0.0.2'))).toBeUndefined();
  });
});

describe('from which address is UDP answered at all addresses?', () => {
  const view = { host: NODE } as NodeView;
  const end = (asked: string) =>
    ({
      protocol: UDP,
      destination: address(asked),
      destinationPort: PORT,
      sourcePort: 40_000,
      family: address(asked).family,
    }) as PacketState;

  const AT_ALL: Socket = { protocol: UDP, address: null, port: PORT, device: null };

  it.each(MEASURED.answers)('$to at $asked: from $from', ({ to, asked, from }) => {
    const others = otherSources(view, end(asked), AT_ALL, address(to)).map(formatAddress);
    expect(others).toEqual(from === asked ? [] : [from]);
  });

  it('nobody knows more where addresses were not captured', () => {
    expect(
      otherSources({ host: UNKNOWN_HOST } as NodeView, end('10.0.0.2'), null, address('10.0.0.9')),
    ).toEqual([]);
  });

  it('without a listing, as asked where the address is there to be bound to, and not where it is the node’s', () => {
    const asked = (at: string) => otherSources(view, end(at), null, address('10.0.0.9')).map(formatAddress);
    expect([asked('10.5.0.1'), asked('10.244.1.1'), asked('10.0.0.1')]).toEqual([[], ['10.0.0.1'], []]);
  });

  it('a socket that is bound to cni0 answers no client behind eth0 by its way, and a pod by its own', () => {
    expect(leavesByOther(view, end('10.244.1.1'), 'cni0', address('10.0.0.1'))).toBe(true);
    expect(leavesByOther(view, end('10.244.1.1'), 'cni0', address('10.244.1.9'))).toBe(false);
  });
});

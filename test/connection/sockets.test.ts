import { describe, expect, it } from 'vitest';
import { folderPerTest } from '../support/folder-per-test.ts';
import { type NodeChanges, traceOver, writeNode } from './two-nodes.ts';

const here = folderPerTest();

/** What `ss -ltnu` shows of these sockets. */
function listing(...sockets: readonly string[]): string {
  const lines = sockets.map((socket) => {
    const [kind, at] = socket.split(' ');
    return `${kind} ${kind === 'tcp' ? 'LISTEN' : 'UNCONN'} 0 128 ${at} 0.0.0.0:*\n`;
  });
  return `Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n${lines.join('')}`;
}

async function ask(one: NodeChanges, to: string, from: string, protocol = 'tcp') {
  const folders = [writeNode(here.path, 1, 2, one), writeNode(here.path, 2, 2)];
  const { item } = await traceOver(folders, to, from, { protocol });
  return item.outcomes.flatMap(({ connection }) => [connection?.sees, connection?.reason?.code ?? null]);
}

const WORKS = ['works', null];
const REFUSED = ['refused', 'not-listening'];

describe('does a socket that is bound to a device take what comes? (measured on Linux 6.18, TCP and UDP)', () => {
  for (const protocol of ['tcp', 'udp'])
    it.each<readonly [string, string, string, string, readonly unknown[]]>([
      [
        'of the node itself to an address, by the device that has it',
        '*%eth0:53',
        '192.168.0.1:53',
        'node',
        WORKS,
      ],
      ['not by another', '*%cni0:53', '192.168.0.1:53', 'node', REFUSED],
      ['nor by lo, by which the packet does come in', '*%lo:53', '192.168.0.1:53', 'node', REFUSED],
      ['by lo to loopback', '*%lo:53', '127.0.0.1:53', 'node', WORKS],
      ['not to loopback by another', '*%eth0:53', '127.0.0.1:53', 'node', REFUSED],
      ['of a pod by its bridge', '*%cni0:53', '10.244.1.1:53', 'pod:shop/client-1', WORKS],
      [
        'of a pod not by the device that has the address',
        '192.168.0.1%eth0:53',
        '192.168.0.1:53',
        'pod:shop/client-1',
        REFUSED,
      ],
      ['of another node by the device that it comes by', '*%eth0:53', '192.168.0.1:53', '192.168.0.2', WORKS],
      [
        'of another node not by the device that has the address',
        '*%cni0:53',
        '10.244.1.1:53',
        '192.168.0.2',
        REFUSED,
      ],
    ])(`${protocol}: %s`, async (_, socket, to, from, sees) => {
      const sockets = listing(`${protocol} ${socket}`);
      expect(await ask({ sockets }, to, from, protocol)).toEqual(sees);
    });

  it('what the node sends to an address that nat makes one of another device, is answered by that device alone: nobody knows', async () => {
    const nat = ['-A OUTPUT -d 10.96.0.9/32 -p tcp -j DNAT --to-destination 10.244.1.1'];
    const sockets = listing('tcp *%cni0:53');
    expect(await ask({ sockets, nat }, '10.96.0.9:53', 'node')).toEqual(['unknown', 'answer-by-device']);
  });
});

describe('from which address does a process answer that takes datagrams at all? (measured on Linux 6.18)', () => {
  const OPEN = ['unknown', 'answer-source'];
  it.each<readonly [string, NodeChanges, string, string, readonly unknown[]]>([
    [
      'from that of the pod’s bridge, unless it says otherwise',
      { sockets: listing('udp 0.0.0.0:53') },
      '192.168.0.1:53',
      'pod:shop/client-1',
      OPEN,
    ],
    [
      'the same where it takes both families',
      { sockets: listing('udp *:53') },
      '192.168.0.1:53',
      'pod:shop/client-1',
      OPEN,
    ],
    [
      'from the one that it is bound to',
      { sockets: listing('udp 0.0.0.0:53', 'udp 192.168.0.1:53') },
      '192.168.0.1:53',
      'pod:shop/client-1',
      WORKS,
    ],
    [
      'from the one that was asked, where routing chooses it',
      { sockets: listing('udp 0.0.0.0:53') },
      '10.244.1.1:53',
      'pod:shop/client-1',
      WORKS,
    ],
    [
      'the same to another node',
      { sockets: listing('udp 0.0.0.0:53') },
      '192.168.0.1:53',
      '192.168.0.2',
      WORKS,
    ],
    [
      'not to another node that asks at the bridge’s',
      { sockets: listing('udp 0.0.0.0:53') },
      '10.244.1.1:53',
      '192.168.0.2',
      OPEN,
    ],
    [
      'to the node itself from the one that was asked',
      { sockets: listing('udp 0.0.0.0:53') },
      '10.244.1.1:53',
      'node',
      WORKS,
    ],
    [
      'nobody answers where none listens',
      { sockets: listing('udp 0.0.0.0:54') },
      '192.168.0.1:53',
      'pod:shop/client-1',
      REFUSED,
    ],
  ])('%s', async (_, one, to, from, sees) => {
    expect(await ask(one, to, from, 'udp')).toEqual(sees);
  });

  it('TCP from the one that was asked', async () => {
    const sockets = listing('tcp 0.0.0.0:53');
    expect(await ask({ sockets }, '192.168.0.1:53', 'pod:shop/client-1')).toEqual(WORKS);
  });

  it('a cluster IP’s too, whose endpoint is the node: conntrack undoes nothing of what comes from another address', async () => {
    const nat = ['-A PREROUTING -d 10.96.0.9/32 -p udp -j DNAT --to-destination 192.168.0.1'];
    const sockets = listing('udp 0.0.0.0:53');
    expect(await ask({ sockets, nat }, '10.96.0.9:53', 'pod:shop/client-1', 'udp')).toEqual(OPEN);
    const own = ['-A OUTPUT -d 10.96.0.9/32 -p udp -j DNAT --to-destination 192.168.0.1'];
    expect(await ask({ sockets, nat: own }, '10.96.0.9:53', 'node', 'udp')).toEqual(WORKS);
  });

  it('and a rule that drops both is told for certain', async () => {
    const sockets = listing('udp 0.0.0.0:53');
    const filter = ['-A OUTPUT -o cni0 -p udp -j DROP'];
    const sees = await ask({ sockets, filter }, '192.168.0.1:53', 'pod:shop/client-1', 'udp');
    expect(sees).toEqual(['times-out', 'lost']);
  });

  it('is said with what tells it', async () => {
    const folders = [
      writeNode(here.path, 1, 2, { sockets: listing('udp 0.0.0.0:53') }),
      writeNode(here.path, 2, 2),
    ];
    const { item } = await traceOver(folders, '192.168.0.1:53', 'pod:shop/client-1', { protocol: 'udp' });
    expect(item.outcomes[0]?.connection?.reason).toMatchObject({
      text: 'the answer of 192.168.0.1:53 (on node-1) comes from 10.244.1.1, which routing chooses, unless the process says otherwise (IP_PKTINFO): which, is not in a capture',
      settle: 'look on node-1 while a client asks: tcpdump -ni any udp port 53',
    });
  });
});

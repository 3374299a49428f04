import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const RULES = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-PORTALS-CONTAINER - [0:0]
:KUBE-PORTALS-HOST - [0:0]
-A PREROUTING -j KUBE-PORTALS-CONTAINER
-A OUTPUT -j KUBE-PORTALS-HOST
-A KUBE-PORTALS-CONTAINER -d 10.96.3.3/32 -p tcp -m comment --comment "shop/web:http" -m tcp --dport 80 -j REDIRECT --to-ports 34753
-A KUBE-PORTALS-HOST -d 10.96.3.3/32 -p tcp -m comment --comment "shop/web:http" -m tcp --dport 80 -j REDIRECT --to-ports 34753
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -d 127.0.0.0/8 -j DROP
COMMIT
`;
const ADDRESSES = `# ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    inet 10.244.1.1/24 brd 10.244.1.255 scope global cni0
       valid_lft forever preferred_lft forever
`;

describe('a redirect to the node itself (userspace mode), of a packet that comes in by an interface that nobody knows', () => {
  it('is not to 127.0.0.1, which only the node’s own packets get', async () => {
    const answer = await answerTo(RULES, '10.96.3.3:80', '--from', 'pod');
    expect(answer).toContain(
      'UNKNOWN: KUBE-PORTALS-CONTAINER rule 1 redirects the packet to port 34753 of this node itself, at the first address of the interface it came in by, which is not known',
    );
    expect(answer).not.toContain('DROP');
  });

  it('names the way to settle it', async () => {
    const { out } = await ask(RULES, 'trace', '10.96.3.3:80', '--from', 'pod', '--detail', 'answer');
    expect(out).toContain('give --in-interface, and capture `ip -j addr`');
  });

  it('is to that of the interface where both are known', async () => {
    const argv = ['10.96.3.3:80', '--from', 'pod', '--in-interface', 'cni0'];
    const { out } = await ask(RULES + ADDRESSES, 'trace', ...argv, '-o', 'json');
    const [outcome] = JSON.parse(out).items[0].outcomes;
    expect(outcome).toMatchObject({
      verdict: 'accept',
      destination: { address: '10.244.1.1', port: 34753 },
    });
  });

  it('but of the node itself it is to 127.0.0.1', async () => {
    expect(await answerTo(RULES, '10.96.3.3:80', '--from', 'node')).toContain('DROP by filter INPUT rule 1');
  });
});

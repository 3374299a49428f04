import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const LISTED = `# ip route
default via 192.168.1.1 dev eth0
10.244.1.0/24 dev cni0 proto kernel scope link src 10.244.1.1

# iptables-save
*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.3.3/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j DNAT --to-destination 10.244.1.11:8080
COMMIT
`;

const ROWS = `# iptables -t nat -L -n
Chain PREROUTING (policy ACCEPT)
target     prot opt source               destination
KUBE-SERVICES  all  --  0.0.0.0/0            0.0.0.0/0            /* kubernetes service portals */

Chain KUBE-SERVICES (2 references)
target     prot opt source               destination
DNAT       tcp  --  0.0.0.0/0            10.96.3.3            /* default/web */ tcp dpt:80 to:10.244.1.11:8080
`;

const NFT = `table ip kube-proxy {
	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.3.3 . tcp . 80 : goto service-web }
	}
	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}
	chain nat-prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		jump services
	}
	chain service-web {
		meta l4proto tcp dnat to 10.244.1.11:8080
	}
}
`;

const QUESTION = ['10.96.3.3:80', '--from', '10.244.2.5'] as const;

describe('outputs in one string whose line ends are escaped', () => {
  it.each([
    ['a string alone', (text: string) => JSON.stringify(text)],
    ['a string behind prose', (text: string) => `What the job said:\n\n${JSON.stringify(text)}\n\nAny idea?`],
    [
      'a field of a document in lines',
      (text: string) => `{\n  "rc": 0,\n  "stdout": ${JSON.stringify(text)}\n}`,
    ],
    ['a value of a log', (text: string) => `I1114 11:06:11.1 1 x.go:1] "Ran" output=${JSON.stringify(text)}`],
  ])('%s: several tools, each with its command', async (_, around) => {
    expect(await answerTo(`${around(LISTED)}\n`, ...QUESTION)).toBe(await answerTo(LISTED, ...QUESTION));
    expect(await answerTo(LISTED, ...QUESTION)).toContain('10.244.1.11:8080');
  });

  it('what stands behind the string is no row of the listing in it', async () => {
    const listing = LISTED.slice(0, LISTED.indexOf('# iptables-save')) + ROWS;
    const text = `{\n "stdout": ${JSON.stringify(listing.trimEnd())},\n "rc": 0\n}\nThanks for the quick answer! Here it is.\n`;
    const logged = text.replace(/^/gm, '2024-05-06T07:08:09Z node1 collect[12]: ');
    expect(await answerTo(logged, ...QUESTION)).toBe(await answerTo(listing, ...QUESTION));
    expect(await answerTo(listing, ...QUESTION)).toContain('10.244.1.11:8080');
  });

  it('the first line may stand behind the words of a log', async () => {
    const [first = '', ...rest] = LISTED.slice(LISTED.indexOf('*nat')).split('\n');
    const logged = [`I1114 11:06:11.1 1 proxier.go:1500] Restoring iptables rules: ${first}`, ...rest].join(
      '\n',
    );
    const { out } = await ask(logged, 'trace', ...QUESTION, '--explain-input');
    expect(out).toContain('1-6  iptables-save  *nat');
  });

  it('what nft prints is read, too', async () => {
    const document = `{\n  "stdout": ${JSON.stringify(NFT.trimEnd())},\n  "rc": 0\n}\n`;
    expect(await answerTo(document, ...QUESTION)).toBe(await answerTo(NFT, ...QUESTION));
  });
});

describe('the number of a line', () => {
  const numbered = (text: string, sign: string): string =>
    `${text
      .trimEnd()
      .split('\n')
      .map((line, index) => `${index + 1}${sign}${line}`)
      .join('\n')}\n`;

  it('before IPv6 routes does not make them all that there is', async () => {
    const routes = `${LISTED}\n# ip -6 route\n${'fe80::/64 dev eth0 proto kernel metric 256\n'.repeat(40)}`;
    const answer = await answerTo(numbered(routes, ':'), ...QUESTION);
    expect(answer).toBe(await answerTo(routes, ...QUESTION));
    expect(answer).toContain('10.244.1.11:8080');
  });

  it('with a point before a table of nft is no route', async () => {
    const { out } = await ask(`A list:\n${numbered(NFT, '. ')}`, 'trace', ...QUESTION, '--explain-input');
    expect(out).not.toContain('ip-route');
    expect(await answerTo(`A list:\n${numbered(NFT, '. ')}`, ...QUESTION)).toBe(
      await answerTo(NFT, ...QUESTION),
    );
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const LISTING = `# iptables -t nat -L -n
Chain PREROUTING (policy ACCEPT)
target     prot opt source               destination
KUBE-SERVICES  0    --  0.0.0.0/0            0.0.0.0/0            /* kubernetes service portals */

Chain KUBE-SERVICES (2 references)
target     prot opt source               destination
KUBE-SVC-AAAAAAAAAAAAAAAA  6    --  0.0.0.0/0            10.96.3.3            /* default/web cluster IP */ tcp dpt:80

Chain KUBE-SVC-AAAAAAAAAAAAAAAA (1 references)
target     prot opt source               destination
KUBE-SEP-BBBBBBBBBBBBBBBB  0    --  0.0.0.0/0            0.0.0.0/0            /* default/web -> 10.244.1.11:8080 */

Chain KUBE-SEP-BBBBBBBBBBBBBBBB (1 references)
target     prot opt source               destination
DNAT       6    --  0.0.0.0/0            0.0.0.0/0            /* default/web */ tcp to:10.244.1.11:8080
`;

const IPVS = `# ipvsadm -Ln
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.3.3:80 rr
  -> 10.244.1.11:8080             Masq    1      0          0
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

const SAVE = readFileSync(join(import.meta.dirname, '../../fixtures/demo/iptables-save.txt'), 'utf8');

const each = (text: string, change: (line: string, index: number) => string): string =>
  `${text.trimEnd().split('\n').map(change).join('\n')}\n`;

const DRESSES: Readonly<Record<string, (line: string, index: number) => string>> = {
  'a log of Kubernetes': (line) => `I1114 11:06:11.123456       1 proxier.go:1500] ${line}`,
  'a container’s log': (line) => `2024-05-06T07:08:09.123456789Z stdout F ${line}`,
  'a log of GitLab': (line) => `2024-05-06T07:08:09.123456Z 00O ${line}`,
  'a clock': (line) => `[07:08:09] ${line}`,
  'grep -n': (line, index) => `${index + 1}:${line}`,
  'cat -n': (line, index) => `${String(index + 1).padStart(6)}\t${line}`,
  'quotes of mail': (line) => `> > ${line}`,
  'a diff': (line) => `+${line}`,
  'a table in Markdown': (line) => `| ${line} |`,
  'an editor’s numbers before a table in Markdown': (line, index) =>
    `${String(index + 1).padStart(4)} | ${line} |`,
  'tags of a page': (line) => `${line.replaceAll('>', '&gt;')}<br/>`,
  'a page in a page': (line) => line.replaceAll('>', '&amp;gt;'),
  'a log in JSON of a log in JSON': (line) =>
    JSON.stringify({ log: `${JSON.stringify({ msg: line })}\n`, stream: 'stdout' }),
};

describe('behind what stands in front of every line', () => {
  const QUESTION = ['10.96.3.3:80', '--from', 'pod'] as const;

  it.each(Object.keys(DRESSES))(
    '%s, a listing is read with its blank lines and its commands',
    async (name) => {
      const dressed = each(`${LISTING}$ uname -a\nLinux node1 5.15.0\n`, DRESSES[name] ?? ((line) => line));
      expect(await answerTo(dressed, ...QUESTION)).toBe(await answerTo(LISTING, ...QUESTION));
    },
  );

  it.each(Object.keys(DRESSES))('%s, virtual servers of IPVS are read', async (name) => {
    const dressed = each(`${IPVS}$ uname -a\nLinux node1 5.15.0\n`, DRESSES[name] ?? ((line) => line));
    const { err } = await ask(dressed, 'trace', ...QUESTION);
    expect(err).not.toContain('ipvsadm -n');
    expect(await answerTo(dressed, ...QUESTION)).toBe(await answerTo(IPVS, ...QUESTION));
  });

  it.each(Object.keys(DRESSES))('%s, a rule that mail broke is whole again', async (name) => {
    const rules = `*nat
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.3.3/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SVC-AAAAAAAAAAAAAAAA -j KUBE-SEP-BBBBBBBBBBBBBBBB
-A KUBE-SEP-BBBBBBBBBBBBBBBB -p tcp -m tcp -j DNAT --to-destination 10.244.1.11:8080
COMMIT
`;
    const dressed = each(rules.replaceAll(' -m tcp', '\n-m tcp'), DRESSES[name] ?? ((line) => line));
    const right = await answerTo(rules, ...QUESTION);
    expect(right).toContain('10.244.1.11:8080');
    expect(await answerTo(dressed, ...QUESTION)).toBe(right);
  });

  const braces = Object.keys(DRESSES).filter((name) => !name.includes('page') && !name.includes('JSON'));

  it.each(braces)('%s, nft is read', async (name) => {
    const dressed = each(NFT, DRESSES[name] ?? ((line) => line));
    const right = await answerTo(NFT, ...QUESTION);
    expect(right).toContain('10.244.1.11:8080');
    expect(await answerTo(dressed, ...QUESTION)).toBe(right);
  });
});

describe('a paste', () => {
  it('whose other tool stands behind the first 64 KiB is one', async () => {
    const { err } = await ask(`${SAVE}root@node1:~# uname -a\nLinux node1 5.15.0\n`, 'services');
    expect(SAVE.length).toBeGreaterThan(64 * 1024);
    expect(err).toContain('1 line is no output of a tool that is read here');
  });

  it('of addresses is not of the node that a link’s name seems to be', async () => {
    const links = `# ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN
    inet 127.0.0.1/8 scope host lo
2: eth0@if91: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP
    inet 172.31.0.11/24 brd 172.31.0.255 scope global eth0
3: veth1@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP
    inet 10.244.1.1/32 scope global veth1
`;
    const { status, err } = await ask(LISTING + links, 'trace', '10.96.3.3:80');
    expect({ status, err }).toMatchObject({ status: 0, err: expect.not.stringContaining('two nodes') });
  });

  it('of lines in a list of Ansible is read', async () => {
    const list = `ok: [node1] => {\n    "out.stdout_lines": [\n${each(SAVE, (line) => `        ${JSON.stringify(line)},`)}    ]\n}\n`;
    expect(await answerTo(list, '10.96.0.1:443', '--from', 'pod')).toBe(
      await answerTo(SAVE, '10.96.0.1:443', '--from', 'pod'),
    );
  });

  it('of the first lines alone, as its command says, leaves open what stood behind', async () => {
    const said = `# iptables -t nat -S | head -6
-P PREROUTING ACCEPT
-P OUTPUT ACCEPT
-N KUBE-SERVICES
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j KUBE-SVC-NPX46M4PTMTKRN6Y
`;
    const outcomes = async (text: string): Promise<string[]> => {
      const { out } = await ask(text, 'trace', '10.96.10.49:80', '--from', 'pod', '-o', 'json');
      return JSON.parse(out).items.flatMap((item: { outcomes: { reason: { code: string } }[] }) =>
        item.outcomes.map(({ reason }) => reason.code),
      );
    };
    expect(await outcomes(said)).toContain('dump-cut');
    expect(await outcomes(said.replace(' | head -6', ''))).not.toContain('dump-cut');
  });

  it('of what nft prints of iptables-nft says where the rules are to be had', async () => {
    const text =
      '# nft list ruleset\ntable ip nat {\n\tchain KUBE-SERVICES {\n\t\tcounter packets 0 bytes 0\n\t}\n}\n';
    const { status, err } = await ask(text, 'trace', '10.96.3.3:80');
    expect(status).toBe(2);
    expect(err).toContain('nft lists the tables of iptables-nft without what only iptables can print');
  });
});

describe('chains of which grep let some lines through', () => {
  const picked = `Chain PREROUTING (policy ACCEPT)
Chain KUBE-SERVICES (2 references)
KUBE-SVC-AAAAAAAAAAAAAAAA  6    --  0.0.0.0/0            10.96.3.3            /* default/web cluster IP */ tcp dpt:80
Chain KUBE-SVC-AAAAAAAAAAAAAAAA (1 references)
`;

  it('are not whole: what grep took away may decide', async () => {
    const said = `# iptables -t nat -L -n | grep -E 'Chain|web'\n${picked}`;
    expect(await answerTo(said, '10.96.7.7:80', '--from', 'pod')).toContain('UNKNOWN');
    // Without the command, the column names and blank lines that are gone tell it.
    expect(await answerTo(picked, '10.96.7.7:80', '--from', 'pod')).toContain('UNKNOWN');
  });

  it('are whole where only the column names are gone', async () => {
    const whole = LISTING.replace(/^target .*\n/gm, '');
    expect(await answerTo(whole, '10.96.7.7:80', '--from', 'pod')).toContain('ACCEPT destination unchanged');
  });
});

describe('Is what a log writes in front of quoted lines a prompt?', () => {
  const SETS = `# ipset list
Name: blocked
Type: bitmap:port
Revision: 3
Header: range 0-65535
Size in memory: 8268
References: 1
Number of entries: 2
Members:
80
443
`;
  const RULES =
    '# iptables-save\n*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m set --match-set blocked dst -j DROP\nCOMMIT\n';
  it('no: members of a set that stand behind both are all there', async () => {
    const text = each(SETS + RULES, (line) => `[2024-05-06 07:08:09.123] > ${line}`);
    const from = ['10.244.1.11:8080', '--from', 'external'] as const;
    expect(await answerTo(text, ...from)).not.toContain('set blocked');
    expect(await answerTo(text, '10.244.1.11:443', '--from', 'external')).toContain('DROP');
  });
});

import { describe, expect, it } from 'vitest';
import { withoutHosts } from '../../src/capture/paste/host-prefixes.ts';
import { ask } from './paste.ts';

const rules = (chain: string, to: string): string =>
  `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-7XQ5ZBFA5FJ2KXZD - [0:0]
:KUBE-SEP-${chain} - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.44.12/32 -p tcp -m comment --comment "shop/cart cluster IP" -m tcp --dport 80 -j KUBE-SVC-7XQ5ZBFA5FJ2KXZD
-A KUBE-SVC-7XQ5ZBFA5FJ2KXZD -m comment --comment "shop/cart -> ${to}" -j KUBE-SEP-${chain}
-A KUBE-SEP-${chain} -p tcp -m comment --comment "shop/cart" -m tcp -j DNAT --to-destination ${to}
COMMIT
`;
const ONE = rules('AAAAAAAAAAAAAAAA', '10.244.1.7:8080');
const TWO = rules('BBBBBBBBBBBBBBBB', '10.244.2.9:8080');

const behind = (host: string, text: string): string => text.replaceAll(/^(?=.)/gm, `${host}: `);

const NFT = `table ip kube-proxy {
	chain nat-prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		jump services
	}

	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}

	chain service-AAAAAAAA-shop/cart/tcp/ {
		dnat to 10.244.1.7:8080
	}

	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.44.12 . tcp . 80 : goto service-AAAAAAAA-shop/cart/tcp/ }
	}
}
`;

const services = async (paste: string) => {
  const { status, out, err } = await ask(paste, 'services');
  return { status, out, err: err.replaceAll(/\s+/g, ' ') };
};

describe('Is a paste read whose lines stand behind the name of a machine, as pdsh and clush print them?', () => {
  it.each(['node-1', 'worker.example.com', '192.168.100.11', 'ip-10-0-0-7'])(
    'rules behind %s',
    async (host) => {
      const { out, err, status } = await services(behind(host, ONE));
      expect({ status, out }).toEqual({ status: 0, out: (await services(ONE)).out });
      expect(out).toContain('10.96.44.12:80');
      expect(err).not.toContain('passed over');
    },
  );

  it('below the command, with what pdsh says itself', async () => {
    const said = 'pdsh@admin: node-1: ssh exited with exit code 1\n';
    for (const command of [
      '[root@admin ~]# pdsh -w node-1 iptables-save -t nat\n',
      "$ clush -w node-1 'sudo iptables-save'\n",
    ]) {
      const { out, status } = await services(`${command}${behind('node-1', ONE)}${said}`);
      expect({ status, out }).toMatchObject({ status: 0, out: expect.stringContaining('10.96.44.12:80') });
    }
  });

  it('nft, whose lines are indented, and empty ones bare', async () => {
    const pasted = behind('node-1', NFT)
      .replaceAll(/^$/gm, 'node-1:')
      .replace(/node-1:$/, '');
    const asked = await ask(pasted, 'trace', '10.96.44.12:80', '--detail', 'answer');
    expect(asked.out).toContain('10.244.1.7:8080');
    expect(asked.out).toBe((await ask(NFT, 'trace', '10.96.44.12:80', '--detail', 'answer')).out);
  });

  it('JSON', async () => {
    const json =
      '[{"dst":"default","gateway":"192.168.100.254","dev":"eth0","flags":[]},\n{"dst":"10.244.1.0/24","dev":"cni0","flags":[]}]\n';
    const { err } = await services(behind('node-1', json));
    expect(err).not.toContain('not recognised');
  });
});

describe('Are lines of two machines added up?', () => {
  const both = [behind('node-1', ONE), behind('node-2', TWO)] as const;
  const lines = both.map((one) => one.trimEnd().split('\n'));
  const mixed = lines[0]?.flatMap((line, at) => [line, lines[1]?.[at] ?? '']).join('\n') ?? '';
  const ruled = (host: string, text: string): string => `---------------\n${host}\n---------------\n${text}`;
  const playbook = (host: string, text: string): string =>
    `ok: [${host}] => {\n    "out.stdout_lines": [\n${text
      .trimEnd()
      .split('\n')
      .map((line) => `        ${JSON.stringify(line)}`)
      .join(',\n')}\n    ]\n}\n`;
  it.each([
    ['one after the other', both.join('')],
    ['as they came', mixed],
    ['clush -b, dshbak', ruled('node-1', ONE) + ruled('node-2', TWO)],
    ['a playbook of Ansible', playbook('node-1', ONE) + playbook('node-2', TWO)],
  ])('no: %s', async (_, paste) => {
    const { status, out, err } = await services(paste);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/lines of two nodes are in this paste: node-1 \(line \d+\) and node-2 \(line \d+\)/);
  });

  it('one that printed no output of a tool is none', async () => {
    const { status, out } = await services(
      `${behind('node-1', ONE)}node-2: bash: iptables-save: command not found\nnode-2: exit status 127\n`,
    );
    expect({ status, out }).toMatchObject({ status: 0, out: expect.stringContaining('10.96.44.12:80') });
  });

  it('of one, below its name between two rules, is read', async () => {
    const { status, out } = await services(ruled('node-1', ONE) + ruled('node-1', '10: from all lookup 7\n'));
    expect({ status, out }).toMatchObject({ status: 0, out: expect.stringContaining('10.96.44.12:80') });
  });
});

describe('Is a word before a colon left where it is the line’s own?', () => {
  it.each([
    ['ip addr', '1: lo: <LOOPBACK,UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n'],
    ['ip rule', '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n'],
    ['YAML', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n'],
    ['ipset list', 'Name: KUBE-CLUSTER-IP\nType: hash:ip,port\nRevision: 6\nMembers:\n10.96.0.1,tcp:443\n'],
    [
      'links',
      'eth0: flags=4163<UP>  mtu 1500\n        inet 10.0.0.5  netmask 255.255.255.0\nlo: flags=73<UP>\n',
    ],
    ['a list of YAML', 'address: 10.0.0.5\naddress: 10.0.0.6\nrule: -A INPUT -j ACCEPT\n'],
  ])('%s', (_, text) => {
    expect(withoutHosts(text.split('\n'))).toBe(null);
  });
});

import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { answerTo, ask } from './paste.ts';

const SERVICES = `# nft list chain ip kube-proxy services
table ip kube-proxy {
	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}
}
`;
const MAP = `# nft list map ip kube-proxy service-ips
table ip kube-proxy {
	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.10.1 . tcp . 80 : goto service-452DNVGS-shop/web/tcp/ }
	}
}
`;
const service = (endpoint: string): string => `# nft list chain ip kube-proxy service-452DNVGS-shop/web/tcp/
table ip kube-proxy {
	chain service-452DNVGS-shop/web/tcp/ {
		meta l4proto tcp dnat ip to numgen random mod 1 map { 0 : ${endpoint} . 8080 }
	}
}
`;
const PIECES = `${SERVICES}${MAP}${service('10.244.1.11')}`;
const WEB = ['10.96.10.1:80', '--from', '10.244.3.5'] as const;

const withoutCommands = (text: string): string => text.replace(/^#.*\n/gm, '');

describe('Where does a packet go by pieces of kube-proxy’s nft table?', () => {
  it.each([
    ['below their commands', PIECES],
    ['without their commands', withoutCommands(PIECES)],
    ['at the prompt of another user', PIECES.replaceAll('# nft', 'admin@n1:~$ sudo nft')],
  ])('to the endpoint, as kube-proxy leads packets to them: %s', async (_, text) => {
    const { out } = await ask(text, 'trace', ...WEB);
    expect(out).toContain('is shop/web (cluster IP)');
    expect(out).toContain('WORKS: to 1 endpoint, 10.244.1.11:8080');
    expect(out).toContain(
      'of nft table ip kube-proxy nat-prerouting, nat-output and nat-postrouting are not in the listing; packets are taken to come to services and masquerading as kube-proxy leads them',
    );
    expect(out).toContain(
      'masquerading is not in the listing; it is taken to masquerade what carries mark 0x4000',
    );
    expect(out).toContain(
      'only parts of table ip kube-proxy were captured: no other is taken to act on the packet',
    );
    expect(out).not.toContain('they were not captured');
  });

  it.each([
    ['the map alone', MAP],
    ['a chain without its map', SERVICES],
    ['a chain and its map, and not the chain of the Service', `${SERVICES}${MAP}`],
    [
      'a part of `nft list chains`, which prints no rules',
      `${PIECES.replace(/# nft list chain ip kube-proxy services\n[\s\S]*?\n\}\n/, '')}# nft list chains ip
table ip kube-proxy {
	chain services {
	}
}
`,
    ],
  ])('it is not known by %s', async (_, text) => {
    expect(await answerTo(text, ...WEB)).toMatch(/^ {2}UNKNOWN/m);
    expect(await answerTo(text, ...WEB)).not.toMatch(/WORKS|ACCEPT|DROP|REJECT/);
  });

  it('where nothing is seen to lead to the chain of a Service both ways are given', async () => {
    const answer = await answerTo(service('10.244.1.11'), ...WEB);
    expect(answer).toMatch(
      /if no rule of table ip kube-proxy leads the packet to service-452DNVGS-shop\/web\/tcp\/\n {2}UNKNOWN/,
    );
    expect(answer).toMatch(
      /that is not in the capture leads the packet to service-452DNVGS-shop\/web\/tcp\/\n {2}ACCEPT to 1/,
    );
  });

  it('one that no map has is not said to pass the chains that were not listed', async () => {
    const { out } = await ask(PIECES, 'trace', '10.96.77.7:80', '--from', '10.244.3.5');
    expect(out).not.toContain('WORKS');
    expect(out).toMatch(/UNKNOWN: [\s\S]*cluster-ips-check of nft table kube-proxy were not captured/);
  });

  it('a list of Services says that some may be missing', async () => {
    const { out } = await ask(PIECES, 'services');
    expect(out).toContain('shop/web');
    expect(out).toContain('Services may be missing from this list');
    const none = await ask(SERVICES, 'services');
    expect(none.out).toContain('No Service is in what was captured of kube-proxy’s nft table.');
  });
});

describe('A table that was listed as a whole', () => {
  const TABLE = `# nft list table ip kube-proxy
table ip kube-proxy {
	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.10.1 . tcp . 80 : goto service-452DNVGS-shop/web/tcp/ }
	}
	set cluster-ips {
		type ipv4_addr
		elements = { 10.96.10.1 }
	}
	chain nat-prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		jump services
	}
	chain filter-forward {
		type filter hook forward priority filter; policy accept;
		ct state new jump cluster-ips-check
	}
	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}
	chain service-452DNVGS-shop/web/tcp/ {
		meta l4proto tcp dnat ip to numgen random mod 1 map { 0 : 10.244.1.11 . 8080 }
	}
	chain cluster-ips-check {
		ip daddr @cluster-ips reject
		ip daddr 10.96.0.0/16 drop comment "Drop traffic to unallocated ClusterIPs"
	}
}
`;
  const TERSE = TABLE.replace('nft list', 'nft -t list').replace(/\n\t\telements .*/g, '');

  it('is completed by nothing', async () => {
    const { out } = await ask(TABLE, 'trace', ...WEB);
    expect(out).toContain('WORKS: to 1 endpoint, 10.244.1.11:8080');
    expect(out).not.toContain('not in the listing');
    expect(out).toContain('of nft’s rules only table ip kube-proxy was captured'.replace('’', "'"));
    const { out: ruleset } = await ask(
      TABLE.replace('list table ip kube-proxy', 'list ruleset'),
      'trace',
      ...WEB,
    );
    expect(ruleset).not.toContain('was captured: no other');
  });

  it('by nft -t has elements that are not known, and drops nothing for certain', async () => {
    const { out } = await ask(TERSE, 'trace', ...WEB);
    expect(out).not.toContain('DROP');
    expect(out).toMatch(/UNKNOWN: what .*vmap @service-ips" .* is not in the listing/);
  });

  it('by nft without -t has sets that are empty where no elements are printed', async () => {
    const { out } = await ask(TERSE.replace('nft -t', 'nft'), 'trace', ...WEB);
    expect(out).toContain('DROP by ip kube-proxy cluster-ips-check rule 2');
  });

  it('twice and alike is one; where the second differs, what differs is not known', async () => {
    const twice = await ask(`${TABLE}${TABLE}`, 'trace', ...WEB);
    expect(twice.out).toContain('WORKS: to 1 endpoint, 10.244.1.11:8080');
    const { out, err } = await ask(`${TABLE}${TABLE.replace('10.244.1.11', '10.244.1.99')}`, 'trace', ...WEB);
    expect(out).toMatch(
      /UNKNOWN: the rules of ip kube-proxy service-452DNVGS\S* are not known: they are listed twice, and not alike/,
    );
    expect(out + err).toContain(
      'table ip kube-proxy is listed twice, and not alike in service-452DNVGS-shop/web/tcp/',
    );
  });

  it('twice, of which one lacks a chain of the other, does not have that chain for certain', async () => {
    const without = TABLE.replace(/\tchain filter-forward [\s\S]*?\n\t\}\n/, '');
    const { out } = await ask(`${TABLE}${without}`, 'trace', ...WEB);
    expect(out).toMatch(/UNKNOWN: the rules of ip kube-proxy filter-forward are not known/);
  });
});

describe('Pieces of another native table', () => {
  const SAVE = `# iptables-save
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
`;
  const LONE = `# nft list chain inet firewalld filter_FORWARD_POLICIES
table inet firewalld {
	chain filter_FORWARD_POLICIES {
		reject with icmpx admin-prohibited
	}
}
`;
  const CHAINS = `# nft list chains
table inet firewalld {
	chain filter_FORWARD {
		type filter hook forward priority filter + 10; policy accept;
	}
}
`;
  const POD = ['10.244.9.9:80', '--from', '10.244.3.5'] as const;

  it('may hold the chain that leads to a lone one: both ways are given', async () => {
    const answer = await answerTo(`${SAVE}${LONE}`, ...POD);
    expect(answer).toMatch(
      /if a rule of table inet firewalld that is not in the capture leads the packet to filter_FORWARD_POLICIES\n {2}REJECT/,
    );
    expect(answer).toMatch(
      /if no rule of table inet firewalld leads the packet to filter_FORWARD_POLICIES\n {2}ACCEPT/,
    );
  });

  it('by `nft list chains` have rules, which are not known', async () => {
    const answer = await answerTo(`${SAVE}${CHAINS}`, ...POD);
    expect(answer).toContain(
      'UNKNOWN: the rules of inet firewalld filter_FORWARD are not known: `nft list chains` prints chains without them',
    );
  });

  it('leave it said that other tables were not listed', async () => {
    const { out } = await ask(`${SAVE}${CHAINS}`, 'trace', ...POD);
    expect(out).toContain(
      'only parts of table inet firewalld were captured: no other is taken to act on the packet',
    );
    const { out: whole } = await ask(
      `${SAVE}# nft list ruleset\n${LONE.replace(/^#.*\n/, '')}`,
      'trace',
      ...POD,
    );
    expect(whole).not.toContain('no other is taken to act');
  });
});

describe('Does diff see what changed in pieces?', () => {
  it('packets go to the other endpoint', async () => {
    const { mkdtempSync, writeFileSync } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    const { join } = await import('node:path');
    const folder = mkdtempSync(join(tmpdir(), 'nft-pieces-'));
    const files = ['10.244.1.11', '10.244.1.99'].map((endpoint, index) => {
      const file = join(folder, `${index}.txt`);
      writeFileSync(file, `${SERVICES}${MAP}${service(endpoint)}`);
      return file;
    });
    const { out } = await run(['diff', ...files]);
    expect(out).toContain('BEHAVIOUR CHANGED');
    expect(out).toMatch(
      /10\.96\.10\.1:80 .*: before 1 endpoint with 10\.244\.1\.11:8080, after 1 endpoint with 10\.244\.1\.99:8080/,
    );
  });
});

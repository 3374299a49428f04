import { describe, expect, it } from 'vitest';
import { ask } from './paste.ts';

const NODE_PORTS = `# iptables -t nat -nL KUBE-NODEPORTS
Chain KUBE-NODEPORTS (1 references)
target     prot opt source               destination
KUBE-EXT-AAAAAAAAAAAAAAAA  tcp  --  0.0.0.0/0            0.0.0.0/0            /* shop/web:http */ tcp dpt:31234
`;

const EXTERNAL = `# iptables -nL KUBE-EXTERNAL-SERVICES
Chain KUBE-EXTERNAL-SERVICES (2 references)
target     prot opt source               destination
DROP       tcp  --  0.0.0.0/0            0.0.0.0/0            /* shop/api:http has no local endpoints */ ADDRTYPE match dst-type LOCAL tcp dpt:31235
`;

const NFT = `# nft list table ip kube-proxy
table ip kube-proxy {
	map no-endpoint-services {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.7.7 . tcp . 80 comment "shop/api:http" : goto reject-chain }
	}
	map firewall-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 192.0.2.80 . tcp . 80 comment "shop/web:http" : goto firewall-5OIRXYZ3-shop/web/tcp/http }
	}
}
`;

const row = async (paste: string, name: string): Promise<string> => {
  const { out } = await ask(paste, 'services');
  return out.split('\n').find((line) => line.includes(name)) ?? '';
};

describe('services of a paste that lacks the chain which would tell', () => {
  it('does not say none of the endpoints behind it', async () => {
    expect(await row(NODE_PORTS, '31234')).toMatch(/ 31234 +\? +not captured: KUBE-EXT/);
  });

  it('does not say none where a refusal is for the lack of local ones', async () => {
    expect(await row(EXTERNAL, '31235')).toMatch(/ 31235 +\? .*node port dropped/);
    const without = EXTERNAL.replace('no local endpoints', 'no endpoints')
      .replace('DROP  ', 'REJECT')
      .replace('31235', '31235 reject-with icmp-port-unreachable');
    expect(await row(without, '31235')).toMatch(/ 31235 +none +node port rejected/);
  });

  it('does not say none where a chain of Local drops for the lack of local ones', async () => {
    const local = `Chain KUBE-NODEPORTS (1 references)
target     prot opt source               destination
KUBE-XLB-AAAAAAAAAAAAAAAA  udp  --  0.0.0.0/0            0.0.0.0/0            /* shop/web:snmp */ udp dpt:30162

Chain KUBE-XLB-AAAAAAAAAAAAAAAA (1 references)
target     prot opt source               destination
KUBE-MARK-DROP  all  --  0.0.0.0/0            0.0.0.0/0            /* shop/web:snmp has no local endpoints */
`;
    expect(await row(local, '30162')).toMatch(/ 30162 +\? +not captured: KUBE-SVC; node port dropped/);
  });

  it('counts each endpoint whose chain was not pasted', async () => {
    const chain = `-A KUBE-SERVICES -d 10.96.3.3/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-BBBBBBBBBBBBBBBB
-A KUBE-SVC-AAAAAAAAAAAAAAAA -j KUBE-SEP-CCCCCCCCCCCCCCCC
`;
    expect(await row(chain, 'shop/web')).toMatch(/ 10\.96\.3\.3:80 +- +2 /);
  });

  it('says of a virtual server whose lines were picked that it may have more endpoints', async () => {
    const server = (command: string): string => `# ${command}
TCP  10.96.3.3:80 rr
  -> 10.244.0.9:8080              Masq    1      0          0
`;
    expect(await row(server('ipvsadm -ln | grep -A 1 10.96.3.3'), '10.96.3.3')).toMatch(/ - +1\+ /);
    expect(await row(server('ipvsadm -ln'), '10.96.3.3')).toMatch(/ - +1 /);
  });

  it('does not call the list whole where table nat is not there', async () => {
    const filter = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
    const nat = '*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
    const open = 'but table nat, whose rules lead to endpoints, was not captured';
    expect((await ask(filter, 'services')).out).toContain(open);
    expect((await ask(filter + nat, 'services')).out).not.toContain(open);
  });

  it('of nft, calls the only address that is refused the one that every Service has', async () => {
    expect(await row(NFT, 'shop/api:http')).toMatch(/ 10\.96\.7\.7:80 .* rejected/);
  });

  it('of nft, does not say that everybody is dropped whom source ranges may let in', async () => {
    const line = await row(NFT, 'firewall-');
    expect(line).toContain('not captured: firewall-');
    expect(line).not.toContain('dropped');
  });
});

describe('check of a paste whose rules refuse', () => {
  it('does not end in nothing wrong', async () => {
    const { out } = await ask(EXTERNAL, 'check');
    expect(out).toContain(
      'no fault found, but packets that are refused or dropped, in what could be checked',
    );
    expect((await ask(NODE_PORTS, 'check')).out).toContain('nothing wrong found in what could be checked');
  });

  it('nor of one whose virtual servers of IPVS have no real server', async () => {
    const servers = (weight: number): string => `# ipvsadm -Ln
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.1:443 rr
  -> 192.168.1.11:6443            Masq    ${weight}      0          0
UDP  10.96.0.10:53 rr
  -> 10.244.0.9:53                Masq    ${weight}      0          0
`;
    const { out } = await ask(servers(0), 'check');
    expect(out).toContain('WARNING KP131');
    expect(out).toContain(
      'packets for 10.96.0.1:443 and 10.96.0.10:53 are refused: IPVS has no real server that takes them',
    );
    expect((await ask(servers(1), 'check')).out).toContain('nothing wrong found in what could be checked');
  });
});

describe('flows beside rules that break off before the endpoints', () => {
  const PASTE = `# conntrack -L
udp      17 28 src=10.244.1.7 dst=10.96.0.10 sport=45871 dport=53 src=10.244.0.5 dst=10.244.1.7 sport=53 dport=45871 [ASSURED] mark=0 use=1
# iptables-save -t nat
*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-TCOU7JCQXEZGVUNU - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU
`;

  it('are not said to be none that is stuck', async () => {
    expect((await ask(PASTE, 'conntrack')).out).toContain('conntrack: 1 flow, none known to be stuck');
    expect((await ask(PASTE, 'conntrack', '-o', 'html')).out).toContain(
      '<p class="verdict unknown">no flow is known to be stuck</p>',
    );
    const whole = `${PASTE}-A KUBE-SVC-TCOU7JCQXEZGVUNU -j KUBE-SEP-BBBBBBBBBBBBBBBB
-A KUBE-SEP-BBBBBBBBBBBBBBBB -p udp -m udp -j DNAT --to-destination 10.244.0.5:53
COMMIT
`;
    expect((await ask(whole, 'conntrack')).out).toContain('conntrack: 1 flow, none stuck');
  });
});

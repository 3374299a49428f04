import { describe, expect, it } from 'vitest';
import { redactFiles } from '../../src/cli/redact-files.ts';
import { ProblemList } from '../../src/problems/problem.ts';

async function redacted(path: string, text: string): Promise<string> {
  const files = await redactFiles([{ path, bytes: Buffer.from(text), origin: path }], new ProblemList());
  return files.map(({ bytes }) => bytes.toString()).join('\n');
}

/** A word where a tool has words of its own; sites name protocols, tables and types in /etc, and modules bring some along. */
const NAMED: readonly (readonly [what: string, path: string, text: string])[] = [
  [
    'a protocol of a route',
    'ip-route.json',
    '[{"dst":"10.7.0.0/16","dev":"eth0","protocol":"acme","scope":"link","flags":[]}]',
  ],
  ['a scope of a route', 'ip-route.json', '[{"dst":"10.7.0.0/16","dev":"eth0","scope":"acme","flags":[]}]'],
  ['a flag of a route', 'ip-route.json', '[{"dst":"10.7.0.0/16","dev":"eth0","flags":["acme"]}]'],
  ['a field of a route', 'ip-route.json', '[{"dst":"10.7.0.0/16","dev":"eth0","acme":7,"flags":[]}]'],
  [
    'a kind of link',
    'ip-addr.json',
    '[{"ifname":"eth0","link_type":"acme","operstate":"acme","addr_info":[]}]',
  ],
  ['a selector of a policy rule', 'ip-rule.json', '[{"priority":1,"src":"all","acme":"x","table":"main"}]'],
  ['a TOS of a policy rule', 'ip-rule.json', '[{"priority":1,"src":"all","tos":"acme","table":"main"}]'],
  [
    'a sysctl',
    'sysctl.txt',
    'net.netfilter.acme_max = 5\nnet.acme.conf.eth0.rp_filter = 1\nnet.ipv4.conf.eth0.acme = 1\n',
  ],
  ['a type of set', 'ipset.txt', 'create a acme:ip family inet\n'],
  ['an option of a set', 'ipset.txt', 'create a hash:ip family acme\n'],
  ['an option of an element', 'ipset.txt', 'create a hash:ip family inet\nadd a 10.0.0.1 acme fd00\n'],
  [
    'an ICMP type of an element',
    'ipset.txt',
    'create a hash:ip,port family inet\nadd a 10.0.0.1,icmp:acme\n',
  ],
  [
    'an interface spelt like a number',
    'ipset.txt',
    'create a hash:net,iface family inet\nadd a 10.0.0.0/8,acedecade\n',
  ],
  [
    'a state of a flow',
    'conntrack.txt',
    'tcp      6 7 ACME src=10.1.1.1 dst=10.2.2.2 sport=1 dport=80 src=10.2.2.2 dst=10.1.1.1 sport=80 dport=1 use=1\n',
  ],
  [
    'a protocol of a flow',
    'conntrack.txt',
    'acme     6 7 src=10.1.1.1 dst=10.2.2.2 sport=1 dport=80 src=10.2.2.2 dst=10.1.1.1 sport=80 dport=1 use=1\n',
  ],
  [
    'a flag of a flow',
    'conntrack.txt',
    'tcp      6 7 src=10.1.1.1 dst=10.2.2.2 sport=1 dport=80 [ACME] src=10.2.2.2 dst=10.1.1.1 sport=80 dport=1\n',
  ],
  [
    'a match of a rule',
    'iptables-save.txt',
    '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m "acme --x" -j DROP\nCOMMIT\n',
  ],
  [
    'a protocol of a rule',
    'iptables-save.txt',
    '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p acme -j DROP\nCOMMIT\n',
  ],
  [
    'a word behind an option',
    'iptables-save.txt',
    '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -j REJECT --reject-with acme\nCOMMIT\n',
  ],
  ['a scheduler', 'ipvsadm.txt', '-A -t 10.96.0.1:80 -s acme\n'],
  ['an option of ipvsadm', 'ipvsadm.txt', '-A -t 10.96.0.1:80 -s rr --acme\n'],
  [
    'a scheduler of a listing',
    'ipvsadm.txt',
    'IP Virtual Server version 1.2.1 (size=4096)\nTCP  10.96.0.1:80 acme\n',
  ],
  [
    'the kind of a target',
    'endpoints.json',
    '{"kind":"Endpoints","apiVersion":"v1","metadata":{"name":"a","namespace":"b"},"subsets":[{"addresses":[{"ip":"10.0.0.1","targetRef":{"kind":"AcmeWorkload","name":"c"}}]}]}',
  ],
  [
    'a statement of nft',
    'nft.json',
    '{"nftables":[{"metainfo":{"version":"1.0.6"}},{"table":{"family":"ip","name":"x"}},{"rule":{"family":"ip","table":"x","chain":"y","expr":[{"acme":1}]}}]}',
  ],
];

describe('a word that the tools do not have by themselves', () => {
  it.each(NAMED)('as %s is not left', async (_what, path, text) => {
    const result = await redacted(path, text);
    expect(result.toLowerCase()).not.toMatch(/acme|acedecade/);
  });

  it('does not make a policy rule or a route ask for less: it stays what nobody knows', async () => {
    const [rule] = JSON.parse(
      await redacted('ip-rule.json', '[{"priority":1,"src":"all","acme":"x","tos":"acme","table":"main"}]'),
    );
    expect(Object.keys(rule)).toHaveLength(4);
    expect(rule.tos).toMatch(/^name-\d+$/);
  });

  it('is told from what they do have', async () => {
    const texts: readonly (readonly [string, string])[] = [
      [
        'ipset.txt',
        'create KUBE-CLUSTER-IP hash:ip,port family inet6 hashsize 1024 maxelem 65536 timeout 5 skbinfo\nadd KUBE-CLUSTER-IP fe80::1,icmpv6:echo-request timeout 5 skbmark 0x10/0xff skbprio 1:ffff\n',
      ],
      [
        'sysctl.txt',
        'net.netfilter.nf_conntrack_tcp_timeout_fin_wait = 120\nnet.ipv4.vs.expire_nodest_conn = 0\nnet.ipv4.conf.all.rp_filter = 1\n',
      ],
      [
        'ipvsadm.txt',
        '-A -t 127.0.0.1:80 -s mh -p 300 -M 255.255.255.0 -b mh-port,flag-2\n-a -t 127.0.0.1:80 -r 127.0.0.2:8080 -i --tun-type gue --tun-port 6080 -w 1\n',
      ],
      [
        'iptables-save.txt',
        '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -s 127.0.0.1/32 -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m limit --limit 5/min -m conntrack ! --ctstate RELATED,ESTABLISHED -m addrtype --dst-type LOCAL -m hashlimit --hashlimit-upto 512kb/s --hashlimit-mode srcip,dstport -j REJECT --reject-with tcp-reset\nCOMMIT\n',
      ],
    ];
    for (const [path, text] of texts) expect(await redacted(path, text)).toBe(text);
  });
});

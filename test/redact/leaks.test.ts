import { describe, expect, it } from 'vitest';
import { redactFiles } from '../../src/cli/redact-files.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { addressesIn, findLeaks } from './leaks.ts';

const ORIGINALS = addressesIn('10.77.3.9 2001:db8:77::4a74:1b77:fe01:22 4a:74:1b:bf:7f:bc\n');

describe('is an original found in another form?', () => {
  it.each([
    ['plain', 'src=10.77.3.9 dst'],
    ['behind a port’s colon', '10.77.3.9:80'],
    ['with dashes, as cloud hosts are called', 'ip-10-77-3-9.example'],
    ['reversed, as for the name server', '9.3.77.10.in-addr.arpa'],
    ['as a number', '{"right": 172819209}'],
    ['as a number of the other byte order', '{"right": 151211274}'],
    ['in hexadecimal', 'right 0x0a4d0309'],
    ['in hexadecimal, reversed, as /proc prints it', '09034D0A:0050'],
    ['within longer header bytes', '@nh,96,64 0x0a4d03090a010101'],
    ['embedded for NAT64', '64:ff9b::a4d:309'],
    ['embedded for NAT64, as it is written there', '64:ff9b::10.77.3.9'],
    ['mapped', '::ffff:0:a4d:309'],
    ['in a link-local address', 'fe80::a4d:309'],
    ['in an address of 6to4', '2002:a4d:309::1'],
    ['IPv6 in full', '2001:0db8:0077:0000:4a74:1b77:fe01:0022'],
    ['IPv6 without colons', '20010db8007700004a741b77fe010022'],
    ['the machine’s half of it', 'fe80::4a74:1b77:fe01:22'],
    ['a MAC address with dashes', '4A-74-1B-BF-7F-BC'],
    ['a MAC address without colons', 'veth4a741bbf7fbc'],
    ['an address made of it', 'fe80::4874:1bff:febf:7fbc'],
  ])('%s', (_, text) => expect(findLeaks(text, ORIGINALS)).not.toEqual([]));

  it.each(['10.77.3.90', '110.77.3.9', '1728192090', 'fe80::a4d:30a', 'ip-10-77-3-99', '0x0a4d030a'])(
    'and %s is another',
    (text) => expect(findLeaks(text, ORIGINALS)).toEqual([]),
  );
});

/** What only odd nodes have, in one capture. (A wide range that ends beside an own network is refused: `ranges.test.ts`.) */
const ODD: Readonly<Record<string, string>> = {
  'iptables-save.txt': `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:acme-in - [0:0]
-A INPUT -m iprange --src-range 10.0.0.0-192.168.255.255 -j acme-in
-A INPUT -m iprange --dst-range 11.22.33.44-203.0.113.77 -j DROP
-A INPUT -m set --match-set acme-wide src -j DROP
-A INPUT -m u32 --u32 "0xc=0xa4d0309" -j DROP
-A acme-in -s 10.77.3.9/32 -m comment --comment "vault of ip-10-77-3-9" -j LOG --log-prefix "vault 10.77.3.9 "
COMMIT
`,
  'ip6tables-save.txt': `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -s 64:ff9b::a4d:309/128 -j DROP
-A INPUT -s ::ffff:0:a4d:309/128 -j DROP
-A INPUT -s fe80::a4d:309/128 -j DROP
-A INPUT -s 2001:db8:77::4a74:1b77:fe01:22/128 -j DROP
-A INPUT -s 2002:a4d:309::1/128 -j DROP
COMMIT
`,
  'ipset.txt': `create acme-wide hash:net family inet hashsize 1024 maxelem 65536 comment
add acme-wide 0.0.0.0/1 comment "vault"
add acme-wide 10.77.3.9
create vault-block bitmap:ip range 10.77.0.0-10.77.255.255
`,
  'conntrack.txt':
    'tcp      6 7 TIME_WAIT src=10.77.3.9 dst=10.78.2.2 sport=1 dport=80 src=10.78.2.2 dst=10.77.3.9 sport=80 dport=1 [ASSURED] mark=0 secctx=acme_u:vault zone=3 helper=acme use=1\n',
  'sysctl.txt':
    'net.ipv4.conf.acme0/77.rp_filter = 1\nnet.ipv4.conf.veth4a741bbf7fbc.rp_filter = 1\nkernel.hostname = acme-vault\nnet.ipv4.ip_local_reserved_ports = 7777\n',
  'ip-addr.json':
    '[{"ifindex":2,"ifname":"acme0","ifalias":"vault","link_type":"ether","address":"4a:74:1b:bf:7f:bc","addr_info":[{"family":"inet","local":"10.77.3.9","prefixlen":16,"label":"acme0:vault"},{"family":"inet6","local":"fe80::4874:1bff:febf:7fbc","prefixlen":64},{"family":"inet6","local":"2001:db8:77::4a74:1b77:fe01:22","prefixlen":64}]}]',
  'ip-route.json':
    '[{"dst":"10.77.0.0/16","dev":"acme0","protocol":"acme","prefsrc":"10.77.3.9","flags":["vault"]},{"dst":"default","gateway":"10.77.3.1","dev":"acme0","flags":[]}]',
  'ip-rule.json': '[{"priority":7,"src":"10.77.3.9","table":"vault","acme":"10.77.3.9"}]',
  'nft.json': JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6', release_name: 'vault' } },
      { table: { family: 'ip', name: 'acme' } },
      { chain: { family: 'ip', table: 'acme', name: '0a4d0309' } },
      {
        rule: {
          family: 'ip',
          table: 'acme',
          chain: '0a4d0309',
          comment: 'vault 172819209',
          expr: [
            {
              match: {
                op: '==',
                left: { payload: { base: 'nh', offset: 96, len: 32 } },
                right: 172819209,
              },
            },
            { jump: { target: '0a4d0309' } },
          ],
        },
      },
    ],
  }),
  'capture.json': JSON.stringify({
    kind: 'CaptureManifest',
    node: 'acme-vault-10-77-3-9',
    kubeProxy: 'Kubernetes v1.30.2-acme.7',
    kernel: '6.1.0-vault',
    proxyMode: 'acme',
    kubeProxyFlags: ['--hostname-override=ip-10-77-3-9', '--bind-address=10.77.3.9', '--acme=vault'],
  }),
  'xt_recent/acme': 'src=10.77.3.9 ttl: 64 last_seen: 5 oldest_pkt: 1 5\n',
  'acme-notes.txt': '10.77.3.9 is the vault\n',
};

describe('a capture that holds every odd thing', () => {
  it.each([1, 2, 3])('keeps no address and no name of it, whatever the key (%i)', async () => {
    const inputs = Object.entries(ODD).map(([path, text]) => ({
      path,
      bytes: Buffer.from(text),
      origin: path,
    }));
    const files = await redactFiles(inputs, new ProblemList());
    const text = files.map(({ path, bytes }) => `${path}\n${bytes.toString()}`).join('\n');
    const own = Object.values(ODD)
      .join('\n')
      .replace(/0\.0\.0\.0\/1|192\.168\.255\.255/g, '');
    expect(findLeaks(text, addressesIn(own))).toEqual([]);
    expect(text.toLowerCase()).not.toMatch(/acme|vault/);
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'iptables-save.txt',
        'ip6tables-save.txt',
        'ipset.txt',
        'nft.json',
        'ip-addr.json',
      ]),
    );
  });
});

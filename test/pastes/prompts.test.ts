import { describe, expect, it } from 'vitest';
import { recognise } from '../../src/capture/recognise.ts';
import { ask, readPaste } from './paste.ts';

const PROMPTS = [
  '[root@node1 ~]# ',
  '[core@ip-10-0-1-2 log]$ ',
  '[node1] # ',
  '[root@node1:/]# ',
  'root@node1:~# ',
  '{root@node1} # ',
];

describe('a prompt is not JSON', () => {
  it.each(PROMPTS)('%s before a listing', async (prompt) => {
    const paste = readPaste('02-podman-states').replace('[root@node1 ~]# ', prompt);
    expect((await ask(paste, 'services')).out).toContain('default/kubernetes:https  10.96.0.1:443');
  });

  it.each([
    ['iptables-save', 'iptables-save\n*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n'],
    ['iptables-save', 'iptables -S\n-P INPUT ACCEPT\n'],
    [
      'conntrack',
      'conntrack -L\nudp 17 24 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=53 src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1 use=1\n',
    ],
    ['ip-route', 'ip route\ndefault via 192.168.1.1 dev eth0\n'],
    ['nft', 'nft list ruleset\ntable ip nat {\n\tchain x {\n'],
  ])('of RHEL before %s', (kind, text) => {
    expect(recognise(Buffer.from(`[root@node1 ~]# ${text}`)).kind).toBe(kind);
  });

  it.each([
    ['[\n  {"ifname":"lo","addr_info":[]}]', 'ip-addr'],
    ['[ ]', 'empty'],
    ['{\n', 'unknown'],
    ['[1, 2]', 'unknown'],
  ])('%j still is', (text, kind) => {
    expect(recognise(Buffer.from(text)).kind).toBe(kind);
  });
});

import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const TO = ['8.8.8.8:53', '--from', '10.244.1.5'] as const;

describe('a chain that one paste shows at two times', () => {
  const listed = (rows: string): string =>
    `Chain FORWARD (policy DROP)\ntarget     prot opt source               destination\n${rows}\n`;
  const accepts = 'ACCEPT     all  --  10.244.0.0/16        anywhere\n';

  it('listed with rules and then without is the later one, and is no chain of mangle', async () => {
    const paste = `${listed(accepts)}Then I restarted docker and got\n\n${listed('')}`;
    expect(await answerTo(paste, ...TO)).toContain('DROP by the policy of filter FORWARD');
    expect((await ask(paste, 'trace', ...TO)).err).toContain(
      'chain FORWARD of table filter is listed twice with different rules; the later one is used',
    );
    expect(await answerTo(`${listed('')}Afterwards:\n\n${listed(accepts)}`, ...TO)).toContain(
      'ACCEPT destination unchanged',
    );
  });

  it('but below a command for mangle it is of mangle', async () => {
    const paste = `# iptables -L\n${listed('')}\n# iptables -t mangle -L\n${listed(accepts).replace('DROP', 'ACCEPT')}`;
    expect(await answerTo(paste, ...TO)).toContain('DROP by the policy of filter FORWARD');
  });

  it('as -S with rules and then without is not known: lines may have been left out', async () => {
    const rules = '-P FORWARD DROP\n-A FORWARD -s 10.244.0.0/16 -j ACCEPT\n';
    const paste = `Before:\n${rules}\nAfter the restart:\n-P FORWARD DROP\n`;
    expect(await answerTo(paste, ...TO)).toContain('filter FORWARD has lost rules at its start');
    expect((await ask(paste, 'trace', ...TO)).err).toContain('which holds is not known');
    expect(await answerTo(rules, ...TO)).not.toContain('lost rules');
  });
});

describe('two policies of one chain, as a loop over iptables and ip6tables prints them', () => {
  it('do not tell which holds: what comes to the end of the chain is unknown', async () => {
    const loop = (second: string) =>
      `$ for t in iptables ip6tables; do sudo $t -S FORWARD; done\n-P FORWARD ACCEPT\n-P FORWARD ${second}\n`;
    const answer = await answerTo(loop('DROP'), ...TO);
    expect(answer).not.toMatch(/ACCEPT|DROP by|WORKS/);
    expect(answer).toContain('UNKNOWN');
    expect((await ask(loop('DROP'), 'trace', ...TO)).err).toContain(
      'chain FORWARD of table filter is given twice, with different policies: which holds is not known',
    );
    expect(await answerTo(loop('ACCEPT'), ...TO)).toContain('ACCEPT destination unchanged');
  });
});

describe('the commands of a script for two tables', () => {
  const script = `iptables -P FORWARD DROP
iptables -t nat -A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE
iptables -A FORWARD -s 10.244.0.0/16 -j ACCEPT
`;

  it('set a policy of the table that has the chain', async () => {
    expect(await answerTo(script, ...TO)).toContain('ACCEPT destination unchanged, masqueraded');
    expect(await answerTo(script, '8.8.8.8:53', '--from', '10.9.0.1')).toContain(
      'DROP by the policy of filter FORWARD',
    );
  });
});

describe('ipvsadm -Ln alone', () => {
  const listing = (rest: string): string => `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.1:443 rr
  -> 192.168.1.10:6443            Masq    1      0          0
${rest}`;

  it('takes what comes to a virtual server: that its address is the node’s is said', async () => {
    const { out } = await ask(
      listing(''),
      ...['trace', '10.96.0.1:443', '--from', 'pod', '--detail', 'answer'],
    );
    expect(out).toContain('UNKNOWN: IPVS would send it to 192.168.1.10:6443');
    expect(out).toContain('so that 10.96.0.1 is taken for an address of this node');
    expect(out).not.toContain('ACCEPT');
  });

  it('is asked for a node port at the address that has it, and not at that of a Service', async () => {
    const ports = listing('TCP  172.31.0.11:30080 rr\n');
    const shown = `# ipvsadm -Ln
${ports}# ip a s kube-ipvs0
9: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default
    inet 10.96.0.1/32 scope global kube-ipvs0
`;
    for (const paste of [ports, shown]) {
      const { out } = await ask(paste, 'trace', 'node:30080', '--detail', 'answer');
      expect(out).toContain('REJECT with icmp-port-unreachable by ip_vs 172.31.0.11:30080');
      expect(out).toContain("the node's addresses are not in the capture; 172.31.0.11 stands for one");
    }
  });

  it('of which lines were left out may take any other packet, too', async () => {
    const open = 'IPVS carries Services here, and its listing is not whole';
    const other = ['10.96.9.9:80', '--from', 'pod'];
    expect(await answerTo(listing('...\n'), ...other)).toContain(open);
    expect(await answerTo(listing(''), ...other)).not.toContain(open);
  });
});

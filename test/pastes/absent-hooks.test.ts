import { describe, expect, it } from 'vitest';
import { answerTo, ask, readPaste } from './paste.ts';

/** What `trace` says was assumed. */
async function assumed(stdin: string, ...argv: readonly string[]): Promise<string> {
  const { out } = await ask(stdin, 'trace', ...argv, '--detail', 'answer');
  return out.split('\ntaken for granted')[1] ?? '';
}

describe('a pasted chain is reached as its author hooks it', () => {
  it('a host port: CNI-HOSTPORT-DNAT from PREROUTING, and the chain that was not pasted is unknown', async () => {
    const paste = readPaste('03-rke-stale-hostport');
    const argv = ['node:80', '--from', 'external'];
    expect(await answerTo(paste, ...argv)).toMatch(
      /UNKNOWN: CNI-HOSTPORT-DNAT rule 1 leads to chain CNI-DN-aaaa, which is not in the capture\n$/,
    );
    expect(await assumed(paste, ...argv)).toContain(
      'nat PREROUTING is not in the listing; it is taken to lead to CNI-HOSTPORT-DNAT (-m addrtype --dst-type LOCAL)',
    );
  });

  it('but not where the listing counts no reference to it', async () => {
    const paste = readPaste('03-rke-stale-hostport').replace('(2 references)', '(0 references)');
    expect(await answerTo(paste, 'node:80', '--from', 'external')).toContain('ACCEPT to this node itself');
  });

  it('nor where its built-in chain was pasted whole and does not lead there', async () => {
    const built =
      'Chain PREROUTING (policy ACCEPT)\ntarget     prot opt source               destination\n\n';
    const paste = built + readPaste('03-rke-stale-hostport');
    expect(await answerTo(paste, 'node:80', '--from', 'external')).toContain('ACCEPT to this node itself');
  });

  it('a node port without local endpoints: KUBE-NODEPORTS, KUBE-MARK-DROP and KUBE-FIREWALL', async () => {
    const paste = readPaste('05-website-xlb');
    expect(await answerTo(paste, 'node:31449', '--from', 'external')).toMatch(
      / {2}DROP by filter KUBE-FIREWALL rule 1\n$/,
    );
    // Another port passes: only KUBE-NODEPORTS serves addresses of the node.
    expect(await answerTo(paste, 'node:31450', '--from', 'external')).toContain('ACCEPT to this node itself');
  });

  it('what goes to a cluster IP is not known while KUBE-SERVICES is not in the paste', async () => {
    const answer = await answerTo(readPaste('05-website-xlb'), '10.96.0.1:443', '--from', 'external');
    expect(answer).toContain(
      'if a rule of KUBE-SERVICES that is not in the capture takes the packet\n  UNKNOWN',
    );
    expect(answer).toContain('if no rule of KUBE-SERVICES takes the packet\n');
  });

  it('userspace mode: where the portals were pasted, node ports stand in a chain beside them that was not', async () => {
    const head = 'target     prot opt source               destination';
    const portal = (chain: string, target: string): string =>
      `Chain ${chain} (1 references)\n${head}\n${target}\n\n`;
    const dnat = 'DNAT  6 -- 0.0.0.0/0  10.96.0.1  /* default/kubernetes */ tcp dpt:443 to:192.168.1.1:40000';
    const paste = portal('KUBE-PORTALS-HOST', dnat);
    const open = await answerTo(paste, 'node:30082', '--from', 'node');
    expect(open).toContain(
      'if a rule of KUBE-NODEPORT-HOST that is not in the capture takes the packet\n  UNKNOWN',
    );
    expect(open).toContain('if no rule of KUBE-NODEPORT-HOST takes the packet\n  ACCEPT to this node itself');
    const whole =
      paste + portal('KUBE-NODEPORT-HOST', dnat.replace('10.96.0.1 ', '0.0.0.0/0 ').replace('443', '30082'));
    expect(await answerTo(whole, 'node:30082', '--from', 'node')).toContain('own port 40000');
    expect(await answerTo(whole, 'node:30083', '--from', 'node')).toContain('ACCEPT to this node itself');
    expect(await answerTo(paste, '10.96.0.1:443', '--from', 'node')).toContain('own port 40000');
  });

  it('a node port to its endpoint: the whole way is in the paste', async () => {
    const answer = await answerTo(readPaste('25-kubectl-exec-series'), 'node:30411', '--from', 'external');
    expect(answer).toContain('ACCEPT to 1 endpoint');
    expect(answer).toContain('192.168.192.117:8080');
    expect(answer).not.toContain('UNKNOWN');
  });

  it('a host port in -S lines', async () => {
    const argv = ['node:41529', '--protocol', 'udp', '--from', 'external'];
    expect(await answerTo(readPaste('19-cilium-hostport-order'), ...argv)).toContain('10.56.4.152:7788');
  });

  it("tailscale's ts-input from INPUT, but for its own interface", async () => {
    const argv = ['node:22', '--from', '100.100.0.1'];
    const answer = await answerTo(readPaste('07-tailscale-cgnat'), ...argv);
    expect(answer).toContain(
      'if the packet came in through another interface than tailscale0\n  DROP by filter ts-input rule 2',
    );
    const own = await answerTo(readPaste('07-tailscale-cgnat'), ...argv, '--in-interface', 'tailscale0');
    expect(own).not.toContain('DROP');
  });

  it('IP-MASQ for destinations that are not the node itself', async () => {
    const argv = ['203.0.113.9:443', '--from', '10.4.0.5'];
    expect(await answerTo(readPaste('18-ipmasq-gke'), ...argv)).toMatch(
      /if 203\.0\.113\.9 is not a LOCAL address of this node\n {2}ACCEPT destination unchanged, masqueraded/,
    );
    expect(await answerTo(readPaste('18-ipmasq-gke'), '169.254.1.1:80', '--from', '10.4.0.5')).not.toContain(
      'masqueraded',
    );
  });

  it('KUBE-EXTERNAL-SERVICES refuses a node port without endpoints, new connections only', async () => {
    const paste = readPaste('35-k8s97360-single');
    const argv = ['node:32445', '--from', 'external'];
    expect(await answerTo(paste, ...argv)).toContain(
      'REJECT with icmp-port-unreachable by filter KUBE-EXTERNAL-SERVICES rule 1',
    );
    expect(await answerTo(paste, ...argv, '--ctstate', 'ESTABLISHED')).not.toContain('REJECT');
  });

  it("an address that DOCKER's rule names is one of the node; where it leads, the old iptables could not print", async () => {
    const paste = readPaste('32-ipv6nat-unsupported');
    const argv = ['[2001:db8::30]:19030', '--from', 'external', '--in-interface', 'eth0'];
    expect(await answerTo(paste, ...argv)).toMatch(
      / {2}UNKNOWN: DOCKER rule 1 rewrites the packet, but the dump does not say to what \("DNAT"\)\n$/,
    );
    const other = ['[2001:db8::30]:19031', '--from', 'external', '--in-interface', 'eth0'];
    expect(await answerTo(paste, ...other)).not.toContain('UNKNOWN');
  });
});

describe('what the captured rules lead to and the paste lacks', () => {
  const argv = ['8.8.8.8:53', '--from', '10.16.0.5', '--protocol', 'udp'];

  it('KUBE-POSTROUTING masquerades what carries the mark: two answers, by what the sets hold', async () => {
    const answer = await answerTo(readPaste('09-kubeovn-postrouting'), ...argv);
    expect(answer).not.toContain('UNKNOWN');
    expect(answer).toContain('if 10.16.0.5 is in set nat');
    expect(answer).toContain('ACCEPT destination unchanged, masqueraded');
    expect(answer).toContain('ACCEPT destination unchanged, source address kept');
    expect(answer).not.toContain('does not fit the packet');
  });

  it('of another chain nothing is known', async () => {
    const paste = readPaste('09-kubeovn-postrouting').replace('KUBE-POSTROUTING', 'OVN-SOMETHING');
    expect(await answerTo(paste, ...argv)).toContain(
      'leads to chain OVN-SOMETHING, which is not in the capture',
    );
  });
});

describe('a pasted chain that nobody can place', () => {
  const ONE = '-A my-guard -p tcp -m tcp --dport 22 -j REJECT\n';

  it('is followed both ways, by name', async () => {
    const answer = await answerTo(ONE, 'node:22', '--from', 'external');
    expect(answer).toContain(
      'if a rule of INPUT that is not in the capture leads the packet to my-guard\n  REJECT',
    );
    expect(answer).toContain('if no rule of INPUT leads the packet to my-guard\n  ACCEPT');
  });

  it('says nothing of a packet that its rules do not fit', async () => {
    expect(await answerTo(ONE, 'node:23', '--from', 'external')).not.toContain('REJECT');
  });

  it('with many others makes the answer unknown', async () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => ONE.replace('guard', name)).join('');
    const answer = await answerTo(many, 'node:22', '--from', 'external');
    expect(answer).toContain(
      'leads the packet to my-a, my-b, my-c or 2 more chains\n  UNKNOWN: where the packet goes then is not known',
    );
  });

  it('is left alone where the built-in chain is there', async () => {
    const answer = await answerTo(`-P INPUT ACCEPT\n${ONE}`, 'node:22', '--from', 'external');
    expect(answer).not.toContain('my-guard');
  });

  it('a Service chain: KUBE-SERVICES may lead to it', async () => {
    const lines = readPaste('25-kubectl-exec-series').split('\n').slice(1).join('\n');
    const answer = await answerTo(lines, '10.96.5.5:80', '--from', 'pod');
    expect(answer).toContain(
      'if a rule of KUBE-SERVICES that is not in the capture leads the packet to KUBE-SVC-ZFAVNEBGNVMBQPKH\n  ACCEPT to 1 endpoint',
    );
    expect(answer).toContain('UNKNOWN');
  });
});

describe('a Service whose chain a rule may lead to that was not pasted', () => {
  const lines = `-A KUBE-FW-RD4AGYQIHR7PH4BE -m comment --comment "default/edge:ssh loadbalancer IP" -j KUBE-MARK-MASQ
-A KUBE-FW-RD4AGYQIHR7PH4BE -m comment --comment "default/edge:ssh loadbalancer IP" -j KUBE-SVC-RD4AGYQIHR7PH4BE
`;

  it('is not whose any address is: it may be, on that way', async () => {
    const answer = await answerTo(lines, '8.8.8.8:53', '--from', 'pod');
    expect(answer).toContain(
      '8.8.8.8:53/tcp may be default/edge:ssh (load balancer IP, named by a rule comment), as the rules here leave open',
    );
    expect(answer).toContain('it is default/edge:ssh\n  UNKNOWN');
    expect((await ask(lines, 'why', '8.8.8.8:53')).out).toContain('8.8.8.8:53 (8.8.8.8:53/tcp): UNKNOWN');
  });

  it('but is where the rule was pasted, too', async () => {
    const entry =
      '-A KUBE-SERVICES -d 198.51.100.7/32 -p tcp -m comment --comment "default/edge:ssh loadbalancer IP" -m tcp --dport 22 -j KUBE-FW-RD4AGYQIHR7PH4BE\n';
    expect(await answerTo(lines + entry, '198.51.100.7:22', '--from', 'pod')).toContain(
      '198.51.100.7:22/tcp is default/edge:ssh (load balancer IP',
    );
  });
});

describe('rules of FORWARD without its policy', () => {
  const rules = '-A FORWARD -s 10.1.0.0/16 -j DROP\n-A INPUT -s 10.1.0.0/16 -j DROP\n';
  const question = ['trace', '10.5.0.1:80', '--from', '10.9.0.1'];

  it('leave open what becomes of a packet that none of them takes, by name', async () => {
    expect((await ask(rules, ...question)).out).toContain(
      'the policy of filter FORWARD is not in the capture: taken for ACCEPT',
    );
  });

  it('but say enough of one that a rule takes, and of one whose policy is there', async () => {
    const taken = await ask(rules, 'trace', '10.5.0.1:80', '--from', '10.1.0.1');
    expect(taken.out).not.toContain('the policy of filter FORWARD is not in the capture');
    const known = await ask(`-P FORWARD ACCEPT\n${rules}`, ...question);
    expect(known.out).not.toContain('the policy of filter FORWARD is not in the capture');
  });
});

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { BrokenDemo } from './broken-demo.ts';
import {
  ANTREA,
  CALICO_EBPF,
  CILIUM,
  KUBE_OVN,
  KUBE_ROUTER,
  nodeBeside,
  nodeWith,
  OVN_KUBERNETES,
  type ProxyNode,
} from './other-proxy-nodes.ts';

const COMMANDS: readonly (readonly [ProxyNode, string])[] = [
  [CILIUM, 'cilium-dbg service list'],
  [KUBE_ROUTER, 'ipvsadm -Ln'],
  [OVN_KUBERNETES, 'ovn-nbctl lb-list'],
  [ANTREA, 'antctl get ovsflows'],
  [CALICO_EBPF, 'calico-node -bpf nat dump'],
  [KUBE_OVN, 'ovn-nbctl lb-list'],
];

describe.each(COMMANDS)("$name in kube-proxy's place", (node, command) => {
  const demo = nodeWith(node);

  it.each(['pod', 'node', 'external'])('a cluster IP from %s: unknown, by its name', async (from) => {
    const { outcomes } = await demo.ask('10.96.10.1:80', from);
    expect(outcomes.length).toBeGreaterThan(0);
    for (const { verdict, reason, remarks, exit } of outcomes) {
      expect({ verdict, code: reason?.code, exit }).toEqual({
        verdict: 'unknown',
        code: 'other-proxy',
        exit: null,
      });
      expect(reason?.text).toContain(node.name);
      expect(reason?.settle).toContain(`\`${command}\``);
      expect(remarks.map(({ code }) => code)).not.toContain('cluster-ip-not-translated');
    }
  });

  it.each([
    ['a node port', 'node:30080'],
    ['a load balancer IP', '198.51.100.10:80'],
    ['an external IP', '203.0.113.10:80'],
    ['an address of IPv6', '[fd00:10:96::17]:80'],
  ])('%s: unknown too', async (_what, destination) => {
    const { outcomes } = await demo.ask(destination, 'pod');
    expect(new Set(outcomes.map(({ verdict, reason }) => `${verdict} ${reason?.code}`))).toEqual(
      new Set(['unknown other-proxy']),
    );
  });

  it('what is no Service is for the rules alone', async () => {
    for (const destination of ['10.244.2.11:8080', '8.8.8.8:53', 'node:22'])
      for (const { verdict } of (await demo.ask(destination, 'pod')).outcomes) expect(verdict).toBe('accept');
  });

  it('why and diff promise nothing', async () => {
    const { out, status } = await run(['why', 'shop/web', '-f', demo.folder, '-o', 'json']);
    const { works } = JSON.parse(out);
    expect(status).toBe(1);
    // Of a cluster IP nobody outside is asked.
    for (const side of ['pod', 'node'])
      expect([side, works[side]]).toMatchObject([side, { works: 0, unknown: 1 }]);
    const diff = await run(['diff', demo.folder, demo.folder]);
    expect(diff.status).toBe(1);
    expect(diff.out).not.toMatch(/^no behaviour change {2}/);
    expect(diff.out).toContain(node.name);
  });

  it('services and check accuse nobody, and name it', async () => {
    const services = await run(['services', '-f', demo.folder]);
    expect(services.out).toContain(node.name);
    expect(services.out).toContain(command);
    const { out } = await run(['check', '-f', demo.folder, '-o', 'json']);
    const { findings } = JSON.parse(out);
    const codes = findings.map(({ code }: { code: string }) => code);
    expect(codes).not.toContain('KP102');
    expect(codes).not.toContain('KP103');
    const gaps = findings.find(({ code }: { code: string }) => code === 'KP130');
    expect(gaps.message).toContain(node.name);
  });
});

describe('another proxy beside kube-proxy', () => {
  it.each(COMMANDS)("$name: where kube-proxy's rules are for the Service they decide", async (node) => {
    const demo = nodeBeside(node);
    const { outcomes } = await demo.ask('10.96.10.1:80', 'pod');
    for (const { verdict, endpoint } of outcomes) {
      expect(verdict).toBe('accept');
      expect(endpoint?.pod).toMatch(/^web-/);
    }
    const [refused] = (await demo.ask('shop/empty', 'pod')).outcomes;
    expect(refused?.verdict).toBe('reject');
  });

  it('a Service that no rule is for may be its own: nothing is held against kube-proxy', async () => {
    const demo = nodeBeside(CILIUM);
    writeWithout(demo.folder, 'shop/np-cluster');
    const [outcome] = (await demo.ask('shop/np-cluster', 'pod')).outcomes;
    expect(outcome).toMatchObject({ verdict: 'unknown', reason: { code: 'other-proxy' } });
    const { out } = await run(['check', '-f', demo.folder, '-o', 'json']);
    const { findings } = JSON.parse(out);
    expect(findings.find(({ code }: { code: string }) => code === 'KP102')).toBeUndefined();
    const gaps = findings.find(({ code }: { code: string }) => code === 'KP130');
    expect(gaps.message).toMatch(/no rule is for shop\/np-cluster.*Cilium is here/);
  });

  it('its untranslated flow is no fault either, since conntrack need not show what Cilium translates', async () => {
    const line =
      'tcp      6 86000 ESTABLISHED src=10.244.1.13 dst=10.96.10.6 sport=41999 dport=80 src=10.96.10.6 dst=10.244.1.13 sport=80 dport=41999 [ASSURED] use=1\n';
    const codesIn = async (demo: BrokenDemo): Promise<string[]> => {
      writeWithout(demo.folder, 'shop/np-cluster');
      writeFileSync(join(demo.folder, 'conntrack.txt'), line);
      const { out } = await run(['conntrack', '--svc', 'shop/np-cluster', '-f', demo.folder, '-o', 'json']);
      const { items } = JSON.parse(out);
      expect(items).toHaveLength(1);
      return items[0].problems.map(({ code }: { code: string }) => code);
    };
    expect(await codesIn(nodeBeside(CILIUM))).toEqual([]);
    expect(await codesIn(new BrokenDemo({}))).toEqual(['not-programmed']);
  });

  it('without Cilium the same is a fault of kube-proxy', async () => {
    const demo = new BrokenDemo({});
    writeWithout(demo.folder, 'shop/np-cluster');
    const [outcome] = (await demo.ask('shop/np-cluster', 'pod')).outcomes;
    expect(outcome).toMatchObject({ verdict: 'accept' });
    const { out } = await run(['check', '-f', demo.folder, '-o', 'json']);
    const codes = JSON.parse(out).findings.map(({ code }: { code: string }) => code);
    expect(codes).toContain('KP102');
  });

  it('kube-proxy runs alone where nothing else has left a mark, and is judged by its rules', async () => {
    const demo = nodeWith({ name: '', nat: '', filter: '', interfaces: ['dummy7'] });
    const [outcome] = (await demo.ask('10.96.10.1:80', 'pod')).outcomes;
    expect(outcome?.verdict).toBe('accept');
    expect(outcome?.remarks.map(({ code }) => code)).toContain('cluster-ip-not-translated');
  });
});

describe('Cilium, and the list of its Services', () => {
  const LIST = `ID   Frontend            Service Type   Backend
1    10.96.10.1:80/TCP   ClusterIP      1 => 10.244.1.11:8080/TCP (active)
                                        2 => 10.244.2.11:8080/TCP (active)
                                        3 => 10.244.2.12:8080/TCP (terminating)
2    10.96.10.6:80/TCP   ClusterIP
`;
  const ask = async (destination: string, list = LIST) => {
    const demo = nodeWith(CILIUM);
    writeFileSync(join(demo.folder, 'cilium-services.txt'), list);
    const [outcome] = (await demo.ask(destination, 'pod')).outcomes;
    expect(outcome).toMatchObject({ verdict: 'unknown', reason: { code: 'other-proxy' }, exit: null });
    return outcome?.reason?.text;
  };

  it('a front end of it: its active backends with their shares, and nothing beyond', async () => {
    expect(await ask('10.96.10.1:80')).toContain(
      'its ClusterIP 10.96.10.1:80 sends to 10.244.1.11:8080 and 10.244.2.11:8080, 50% each unless Maglev chooses by the client, and what becomes of it beyond that is not known',
    );
  });

  it('one without backends, and a Service that it does not have', async () => {
    expect(await ask('10.96.10.6:80')).toContain('10.96.10.6:80 has no backend that takes new connections');
    expect(await ask('10.96.10.3:80')).toContain('the list of its Services does not have it');
  });

  it('where no backend is active, those that terminate and still serve', async () => {
    const ending = LIST.replaceAll('(active)', '(terminating-not-serving)');
    expect(await ask('10.96.10.1:80', ending)).toContain(
      'has no active backend, so that it sends to those being ended: 10.244.2.12:8080',
    );
  });

  it('of a socket that has two scopes each', async () => {
    const list = `${LIST}3    10.96.10.3:80/TCP     NodePort   1 => 10.244.1.11:8080/TCP (active)
4    10.96.10.3:80/TCP/i   NodePort   1 => 10.244.1.11:8080/TCP (active)
                                      2 => 10.244.2.11:8080/TCP (active)
`;
    expect(await ask('10.96.10.3:80', list)).toContain(
      'its NodePort 10.96.10.3:80, for those outside, sends to 10.244.1.11:8080; its NodePort 10.96.10.3:80, for clients in the cluster, sends to 10.244.1.11:8080 and 10.244.2.11:8080, 50% each',
    );
  });

  it('the map of the eBPF programs does not tell which are being ended, nor what the proxy of Cilium chooses', async () => {
    const map = (flags: string): string =>
      JSON.stringify({
        '10.96.10.1:80/TCP (0)': [`0.0.0.0:0 (5) (0) [${flags}]`],
        '10.96.10.1:80/TCP (1)': ['10.244.1.11:8080/TCP (5) (1)'],
        '10.96.10.1:80/TCP (2)': ['10.244.2.11:8080/TCP (5) (2)'],
      });
    expect(await ask('10.96.10.1:80', map('ClusterIP, non-routable'))).toContain(
      '50% each unless Maglev chooses by the client, or some are being ended or quarantined, which this list does not tell',
    );
    const proxied = await ask('10.96.10.1:80', map('ClusterIP, non-routable, l7-load-balancer'));
    expect(proxied).toContain(
      'leads to Cilium’s own proxy, which sends to 10.244.1.11:8080 and 10.244.2.11:8080',
    );
    expect(proxied).not.toContain('each');
  });

  it('a node port that is listed at 0.0.0.0 alone is not one that it lacks', async () => {
    const list = `${LIST}3    0.0.0.0:80/TCP   NodePort   1 => 10.244.1.11:8080/TCP (active)\n`;
    expect(await ask('10.96.10.3:80', list)).toContain(
      'does not have this address, but NodePort 0.0.0.0:80, which stands for those of the node that it serves',
    );
    expect(await ask('10.96.10.1:80', list)).toContain('its ClusterIP 10.96.10.1:80 sends to');
  });

  it.each([
    ['a line that cannot be read', LIST.replace('2 => 10.244.2.11:8080', '2 => 10.244.2.')],
    ['lines that were picked', `$ cilium-dbg service list | grep ClusterIP\n${LIST}`],
    ['lines left out by hand', LIST.replace('2    10.96', '...\n2    10.96')],
    ['JSON that breaks off', '[{"spec":{"frontend-address":{"ip":"10.96.10.1","port":80'],
  ])('a list with %s claims neither shares nor that it lacks a Service', async (_, list) => {
    expect(await ask('10.96.10.3:80', list)).not.toMatch(
      /does not have it(?!, as far as its list could be read)/,
    );
    const text = await ask('10.96.10.1:80', list);
    expect(text).toContain('as far as its list could be read');
    expect(text).not.toMatch(/100%|each/);
  });

  it('the list alone tells that Cilium is here', async () => {
    const demo = nodeWith({ name: '', nat: '', filter: '', interfaces: ['dummy7'] });
    writeFileSync(join(demo.folder, 'cilium-services.txt'), LIST);
    const [outcome] = (await demo.ask('10.96.10.1:80', 'node')).outcomes;
    expect(outcome?.reason?.text).toContain('Cilium is here (the list of its Services)');
  });
});

/** Takes every rule of one Service out of a capture's rules. */
function writeWithout(folder: string, service: string): void {
  const file = join(folder, 'iptables-save.txt');
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, lines.filter((line) => !line.includes(`"${service}`)).join('\n'));
}

describe('nothing that was captured tells who carries Services', () => {
  const KUBELET: ProxyNode = {
    name: 'kubelet alone',
    nat: ':KUBE-KUBELET-CANARY - [0:0]\n',
    filter: '',
    interfaces: ['dummy7'],
  };
  const without = (...files: readonly string[]): BrokenDemo => {
    const demo = nodeWith(KUBELET);
    for (const file of files) rmSync(join(demo.folder, file));
    return demo;
  };

  it('the nft ruleset is named where it is missing', async () => {
    const demo = without('nft.json');
    for (const from of ['pod', 'node', 'external']) {
      const [outcome] = (await demo.ask('10.96.10.1:80', from)).outcomes;
      expect(outcome).toMatchObject({ verdict: 'unknown', reason: { code: 'proxy-not-captured' } });
      expect(outcome?.reason?.text).toContain('was not captured: the nft ruleset; ');
      expect(outcome?.reason?.settle).toBe('capture `nft -j list ruleset`');
    }
    const { out } = await run(['check', '-f', demo.folder]);
    expect(out).not.toContain('KP103');
    expect(out).toContain(
      'no rules of kube-proxy were found, and what else may carry Services was not captured',
    );
    expect((await run(['services', '-f', demo.folder])).out).toContain('capture `nft -j list ruleset`');
  });

  it('so are IPVS and the interfaces, which alone rule IPVS out', async () => {
    const demo = without('nft.json', 'ip-addr.json');
    const [outcome] = (await demo.ask('10.96.10.1:80', 'external')).outcomes;
    expect(outcome?.reason?.text).toContain('the nft ruleset, IPVS and the interfaces');
  });

  it('all was captured: then kube-proxy does not run here, and nobody answers', async () => {
    const [remark] = await without().remarks('10.96.10.1:80', 'pod');
    expect(remark).toMatchObject({ code: 'cluster-ip-not-translated', effect: 'breaks' });
  });

  it('without the API, an address of private use may be a Service, and one of the internet is none', async () => {
    const demo = without('nft.json', 'services.json');
    const [service] = (await demo.ask('10.96.10.1:80', 'node')).outcomes;
    expect(service?.verdict).toBe('unknown');
    for (const destination of ['8.8.8.8:53', '10.244.1.11:8080', '192.168.100.12:22'])
      expect((await demo.ask(destination, 'node')).outcomes).toMatchObject([{ verdict: 'accept' }]);
  });
});

describe('IPVS mode', () => {
  const OLD = `:KUBE-SERVICES - [0:0]
:KUBE-NODE-PORT - [0:0]
:KUBE-LOAD-BALANCER - [0:0]
:KUBE-SVC-TCOU7JCQXEZGVUNU - [0:0]
:KUBE-SEP-MU7PO7VX34QPS5HP - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT
-A KUBE-SEP-MU7PO7VX34QPS5HP -p udp -m udp -j DNAT --to-destination 10.244.1.9:53
-A KUBE-SVC-TCOU7JCQXEZGVUNU -m comment --comment "kube-system/kube-dns:dns" -j KUBE-SEP-MU7PO7VX34QPS5HP
`;
  const node: ProxyNode = { name: 'IPVS', nat: OLD, filter: '', interfaces: ['dummy7'] };

  it('chains of Services that nothing leads to do not make it iptables mode', async () => {
    const demo = nodeWith(node);
    const { outcomes } = await demo.ask('10.96.0.10:53', 'node', { protocol: 'udp' });
    expect(outcomes).toMatchObject([{ verdict: 'unknown', reason: { code: 'mode-ipvs' } }]);
    const { out } = await run(['check', '-f', demo.folder]);
    expect(out).not.toMatch(/KP1(?:02|03|14|25)/);
    expect((await run(['services', '-f', demo.folder])).out).toContain('nothing leads to them');
  });

  it('kube-ipvs0 alone tells it, where its rules were not captured', async () => {
    const nat = OLD.replace(/.*KUBE-(?:NODE-PORT|LOAD-BALANCER).*\n/g, '');
    const demo = nodeWith({ ...node, nat, holds: ['kube-ipvs0', ['10.96.0.10']] });
    const { outcomes } = await demo.ask('10.96.0.10:53', 'node', { protocol: 'udp' });
    expect(outcomes).toMatchObject([{ verdict: 'unknown', reason: { code: 'mode-ipvs' } }]);
  });

  it('left over beside iptables mode, it may yet answer at an address that it holds', async () => {
    const nat = ':KUBE-LOAD-BALANCER - [0:0]\n';
    const demo = nodeBeside({ ...node, nat, holds: ['kube-ipvs0', ['10.96.77.7']] });
    const { outcomes } = await demo.ask('10.96.77.7:80', 'pod');
    expect(outcomes).toMatchObject([{ verdict: 'unknown', reason: { code: 'other-proxy' } }]);
    expect(outcomes[0]?.reason?.text).toContain(
      'IPVS mode of kube-proxy was here (chain KUBE-LOAD-BALANCER, interface kube-ipvs0)',
    );
    const { outcomes: served } = await demo.ask('10.96.10.1:80', 'pod');
    expect(served.map(({ verdict }) => verdict)).toEqual(['accept', 'accept', 'accept']);
  });
});

import { describe, expect, it } from 'vitest';
import type { ProxyMode } from '../../src/explain/explanation.ts';
import { clusterIpInRules } from '../../src/explain/question/service-in-rules.ts';
import { parseAddress } from '../../src/net/address.ts';
import { openCapture } from '../support/open-capture.ts';
import { BrokenDemo, insertBefore, objects, without } from './broken-demo.ts';

const SERVICES = 'nat KUBE-SERVICES';

describe('why a Service address that no rule rewrites is answered by nobody', () => {
  it('says nothing of a healthy node', async () => {
    const demo = new BrokenDemo({ 'capture.json': (text) => `${text} ` });
    for (const from of ['pod', 'node', 'external']) {
      expect(await demo.remarks('shop/web', from), from).toEqual([]);
      expect(await demo.remarks('node:30080', from), from).toEqual([]);
      expect(await demo.remarks('kube-system/kube-dns:dns', from), from).toEqual([]);
    }
  });

  it('KUBE-SERVICES is empty', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': without(/-A KUBE-SERVICES .* -j KUBE-(SVC|SVL|EXT|FW|NODEPORTS)/),
    });
    expect(await demo.remarks('10.96.10.1:80', 'pod')).toMatchObject([
      {
        code: 'cluster-ip-not-translated',
        effect: 'breaks',
        text: `nobody answers at 10.96.10.1:80, a cluster IP that no rule here rewrites: ${SERVICES} is empty: the rules of all Services are gone from this node`,
      },
    ]);
    expect(await demo.remarks('node:30080', 'external')).toMatchObject([
      {
        code: 'node-port-not-translated',
        text: `no rule sends node port 30080 on to shop/np-cluster, and the node itself refuses unless a process listens there: ${SERVICES} is empty: the rules of all Services are gone from this node`,
      },
    ]);
  });

  it('the jump to KUBE-SERVICES is gone from one hook, and the other still works', async () => {
    const demo = new BrokenDemo({ 'iptables-save.txt': without(/-A PREROUTING .* -j KUBE-SERVICES/) });
    const [remark] = await demo.remarks('10.96.10.1:80', 'pod');
    expect(remark?.text).toMatch(
      /: nat PREROUTING has no jump to KUBE-SERVICES, where the rules of all Services are$/,
    );
    expect(await demo.remarks('10.96.10.1:80', 'node')).toEqual([]);
  });

  it('a foreign rule accepts the packet in nat before the jump', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': insertBefore(
        /-A PREROUTING .* -j KUBE-SERVICES/,
        '-A PREROUTING -d 10.96.0.0/16 -j ACCEPT',
      ),
    });
    const [remark] = await demo.remarks('10.96.10.1:80', 'pod');
    expect(remark?.text).toMatch(
      /: nat PREROUTING rule 1 accepts the packet in nat before the jump to KUBE-SERVICES \(PREROUTING rule 2\)$/,
    );
  });

  it("the Service's own chain is empty", async () => {
    const demo = new BrokenDemo({ 'iptables-save.txt': without(/-A KUBE-SVC-E3PXEPMWAWIUT6ZV /) });
    const [remark] = await demo.remarks('10.96.10.1:80', 'pod');
    expect(remark?.text).toMatch(
      /: nat KUBE-SVC-E3PXEPMWAWIUT6ZV is empty: no rule in it picks an endpoint$/,
    );
  });

  it('only the masquerade rule is left in the chain', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': without(/-A KUBE-SVC-E3PXEPMWAWIUT6ZV .* -j KUBE-SEP-/),
    });
    const [remark] = await demo.remarks('10.96.10.1:80', 'pod');
    expect(remark?.text).toMatch(/: nat KUBE-SVC-E3PXEPMWAWIUT6ZV holds no rule that leads to an endpoint$/);
  });

  it('the rules do not know the Service, though the API has endpoints for it', async () => {
    const demo = new BrokenDemo({ 'iptables-save.txt': without(/KUBE-SVC-E3PXEPMWAWIUT6ZV/) });
    const [remark] = await demo.remarks('10.96.10.1:80', 'pod');
    expect(remark?.text).toContain(
      `${SERVICES} has no rule for it, though the API has 3 endpoints of shop/web`,
    );
  });

  it('nothing of kube-proxy is in the rules', async () => {
    const demo = new BrokenDemo({ 'iptables-save.txt': without(/KUBE-/) });
    const [remark] = await demo.remarks('10.96.10.1:80', 'pod');
    expect(remark?.text).toMatch(
      /: the nat table holds no chain of kube-proxy: it does not run here, or its rules were wiped$/,
    );
  });

  it('the packet is not tracked, so that nat is not asked', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': (text) =>
        text.replace(/(\*raw[\s\S]*?)COMMIT/, '$1-A PREROUTING -d 10.96.10.1/32 -j NOTRACK\nCOMMIT'),
    });
    const [remark] = await demo.remarks('10.96.10.1:80', 'pod');
    expect(remark?.text).toMatch(
      /: the packet is not tracked \(raw PREROUTING rule 1\), so nat is not asked$/,
    );
  });

  it('the REJECT of a Service without endpoints is not reached, since an ACCEPT comes first', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': insertBefore(/-A FORWARD /, '-A FORWARD -s 10.244.0.0/16 -j ACCEPT'),
    });
    const [remark] = await demo.remarks('shop/empty:http', 'pod');
    expect(remark).toMatchObject({ code: 'cluster-ip-not-translated', effect: 'breaks' });
    expect(remark?.text).toMatch(
      /: shop\/empty:http has no endpoints, and the packet does not come to the rule that would reject it, filter KUBE-SERVICES rule \d+: filter FORWARD rule 1 accepts it first \(the jump to KUBE-SERVICES stands after it, at rule 4\)$/,
    );
    expect(await demo.remarks('shop/empty:http', 'node')).toEqual([]);
  });

  it('the filter table does not lead to the REJECT at all', async () => {
    const demo = new BrokenDemo({ 'iptables-save.txt': without(/-A FORWARD .* -j KUBE-SERVICES/) });
    const [remark] = await demo.remarks('shop/empty:http', 'pod');
    expect(remark?.text).toMatch(/: filter FORWARD has no jump to KUBE-SERVICES$/);
  });

  it('by design the node itself does not meet the REJECT of a load balancer IP', async () => {
    const demo = new BrokenDemo({ 'capture.json': (text) => `${text} ` });
    const [remark] = await demo.remarks('198.51.100.17:80', 'node');
    expect(remark).toMatchObject({ code: 'external-address-not-translated', effect: 'may-break' });
    expect(remark?.text).toContain('kube-proxy lets only INPUT and FORWARD lead to that chain');
  });

  it.each([
    ['ipMode Proxy', '198.51.100.16:80', 'load-balancer-proxied', 'none'],
    ['another proxy', '10.96.10.48:80', 'left-to-other-proxy', 'may-break'],
  ])('%s is by intent', async (_, destination, code, effect) => {
    const demo = new BrokenDemo({ 'capture.json': (text) => `${text} ` });
    expect(await demo.remarks(destination, 'pod')).toMatchObject([{ code, effect }]);
  });

  it('a Service with the headless label is passed over', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': without(/KUBE-SVC-E3PXEPMWAWIUT6ZV/),
      'services.json': objects((items) => {
        for (const { metadata } of items)
          if (metadata.name === 'web') metadata.labels = { 'service.kubernetes.io/headless': '' };
      }),
    });
    const [remark] = await demo.remarks('10.96.10.1:80', 'pod');
    expect(remark?.text).toMatch(
      /kube-proxy passes over Services with label service\.kubernetes\.io\/headless$/,
    );
  });

  it('the node has the cluster IP itself, as with node-local-dns: nothing is wrong', async () => {
    const demo = new BrokenDemo({
      'ip-addr.json': (text) => text.replace('"local":"127.0.0.1"', '"local":"10.96.0.10"'),
      'ip-route.json': (text) => text.replace('"dst":"127.0.0.1"', '"dst":"10.96.0.10"'),
      'iptables-save.txt': without(/-A KUBE-SERVICES -d 10.96.0.10\/32/),
    });
    expect(await demo.remarks('10.96.0.10:53', 'pod', { protocol: 'udp' })).toMatchObject([
      { code: 'answered-by-node', effect: 'none' },
    ]);
  });

  it('a node port is not served at every address of the node', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': (text) =>
        text.replace(
          /(-A KUBE-SERVICES .*)-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS/,
          '$1-d 172.31.0.11/32 -j KUBE-NODEPORTS',
        ),
    });
    const [remark] = await demo.remarks('192.168.100.11:30080', 'external');
    expect(remark?.text).toContain(
      'kube-proxy serves node ports only at the addresses that --nodeport-addresses names',
    );
    expect(await demo.remarks('172.31.0.11:30080', 'external')).toEqual([]);
  });

  it('a ping to a cluster IP says nothing about the Service', async () => {
    const demo = new BrokenDemo({ 'capture.json': (text) => `${text} ` });
    expect(await demo.remarks('10.96.10.1', 'pod', { protocol: 'icmp' })).toMatchObject([
      { code: 'ping-to-cluster-ip' },
    ]);
    const { out } = await demo.run(['10.96.10.1', '--protocol', 'icmp', '--from', 'pod']);
    expect(out).not.toContain('address and port');
  });

  describe('without the API, where comments tell whose cluster IP it is', () => {
    const none = () => '';
    const withoutApi = {
      ...{ 'services.json': none, 'endpoints.json': none, 'endpointslices.json': none },
      ...{ 'pods.json': none, 'nodes.json': none },
    };
    const demo = new BrokenDemo(withoutApi);

    it('a ping says nothing about the Service', async () => {
      expect(await demo.remarks('10.96.10.1', 'external', { protocol: 'icmp' })).toMatchObject([
        { code: 'ping-to-cluster-ip', effect: 'breaks', text: expect.stringContaining('shop/web') },
      ]);
    });

    it('nobody answers at another port', async () => {
      const [remark, ...others] = await demo.remarks('10.96.10.1:9999', 'external');
      expect(remark).toMatchObject({ code: 'no-such-port', effect: 'breaks' });
      expect(remark?.text).toContain('shop/web, which has 80/tcp by the rules: nothing translates 9999/tcp');
      expect(others).toEqual([]);
    });

    it('another address is nobody’s', async () => {
      expect(await demo.remarks('10.96.200.1:9999', 'external')).toEqual([]);
    });

    it('of lines that grep picked the one for that port may be missing', async () => {
      const picked = new BrokenDemo({
        ...withoutApi,
        'nft.json': none,
        'iptables-save.txt': (text) =>
          `${text
            .split('\n')
            .filter((line) => / -d 10\.96\.10\.1\/32 /.test(line))
            .join('\n')}\n`,
      });
      const { out } = await picked.run(['10.96.10.1:9999', '--from', 'external'], 500);
      expect(out).toContain(
        'the rules that were captured serve its 80/tcp, and not 9999/tcp: if no other rule does, nobody answers',
      );
      expect(out).not.toContain('nothing translates');
    });

    it('rules that another mode left behind name nobody', async () => {
      const { known } = await openCapture(demo.folder);
      const address = parseAddress('10.96.10.1');
      if (address === null) throw new Error('no address');
      const names = (mode: ProxyMode) =>
        clusterIpInRules(address, { ...known, proxyMode: mode }).map(({ named }) => named.name);
      expect(names('iptables')).toEqual(['web']);
      expect(names('nftables')).toEqual([]);
      expect(names('ipvs')).toEqual([]);
    });
  });

  it('a packet of a known connection is not held against the rules', async () => {
    const demo = new BrokenDemo({ 'capture.json': (text) => `${text} ` });
    expect(await demo.remarks('10.96.10.1:80', '10.244.1.13', { ctstate: 'ESTABLISHED' })).toEqual([]);
  });
});

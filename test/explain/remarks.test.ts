import { describe, expect, it } from 'vitest';
import { BrokenDemo, insertBefore, objects, without } from './broken-demo.ts';

const codes = (remarks: readonly { readonly code: string }[]): string[] => remarks.map(({ code }) => code);

describe('where the rules send a packet, held against the API', () => {
  it('a rule sends to another port than the endpoint has', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': (text) =>
        text.replace(/(-A KUBE-SEP-FBUQD36J3XDXJWPV .*--to-destination 10\.244\.1\.11:)8080/, '$18081'),
    });
    const { outcomes } = await demo.ask('10.96.10.1:80', 'pod');
    expect(outcomes.map(({ remarks }) => codes(remarks))).toEqual([['endpoint-port-differs'], [], []]);
    expect(outcomes[0]?.remarks[0]).toMatchObject({
      effect: 'may-break',
      text: 'nat KUBE-SEP-FBUQD36J3XDXJWPV rule 2 sends the packet to port 8081 of 10.244.1.11, where the API has shop/web listen on port 8080',
    });
  });

  it('endpoints that the API no longer has are told in one line', async () => {
    const demo = new BrokenDemo({
      'endpointslices.json': objects((items) => {
        for (const slice of items)
          if (slice.metadata.labels['kubernetes.io/service-name'] === 'web')
            for (const endpoint of slice.endpoints) endpoint.addresses = ['10.244.2.12'];
      }),
    });
    const { outcomes } = await demo.ask('10.96.10.1:80', 'pod');
    expect(outcomes.map(({ remarks }) => remarks[0]?.about)).toEqual([
      '10.244.1.11:8080',
      '10.244.1.12:8080',
      '10.244.2.11:8080',
    ]);
    const { out } = await demo.run(['10.96.10.1:80', '--from', 'pod']);
    expect(out).toMatch(
      /\n {2}but the rules are stale: in the API shop\/web has endpoints? .*, and not 10\.244\.1\.11:8080, 10\.244\.1\.12:8080, 10\.244\.2\.11:8080\n/,
    );
  });

  it('of a namespace whose objects were not captured, is in doubt only', async () => {
    const shopOnly = (text: string): string => {
      const list = JSON.parse(text) as { items: { metadata: { namespace: string } }[] };
      return JSON.stringify({
        ...list,
        items: list.items.filter(({ metadata }) => metadata.namespace === 'shop'),
      });
    };
    const part = new BrokenDemo({
      'services.json': shopOnly,
      'endpointslices.json': shopOnly,
      'pods.json': shopOnly,
    });
    const found = await part.remarks('10.96.0.10:53', 'pod', { protocol: 'udp' });
    expect(found.map(({ code, effect }) => [code, effect])).toEqual([
      ['unknown-address', 'may-break'],
      ['unknown-address', 'may-break'],
    ]);
  });

  it('nobody known has the address', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': (text) =>
        text.replace(/(-A KUBE-SEP-FBUQD36J3XDXJWPV .*--to-destination )10\.244\.1\.11/, '$110.244.1.77'),
    });
    const [first] = (await demo.ask('10.96.10.1:80', 'pod')).outcomes;
    expect(codes(first?.remarks ?? [])).toEqual(['not-an-endpoint', 'unknown-address']);
  });

  it('without API objects nothing is held against them', async () => {
    const demo = new BrokenDemo({
      'services.json': () => '{"kind":"List","apiVersion":"v1","items":[]}',
      'endpointslices.json': () => '{"kind":"List","apiVersion":"v1","items":[]}',
      'endpoints.json': () => '{"kind":"List","apiVersion":"v1","items":[]}',
    });
    expect(codes(await demo.remarks('10.96.10.1:80', 'pod'))).not.toContain('not-an-endpoint');
  });

  it("a rule of somebody else takes a Service's packets to a pod that is no endpoint", async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': insertBefore(
        /-A PREROUTING .* -j KUBE-SERVICES/,
        '-A PREROUTING -d 10.96.10.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.13:8080',
      ),
    });
    expect(await demo.remarks('10.96.10.1:80', '10.244.1.15')).toMatchObject([
      {
        code: 'foreign-target',
        text: "nat PREROUTING rule 1, which is not kube-proxy's for shop/web, sends the packet to 10.244.1.13:8080, no endpoint of it",
      },
    ]);
    expect(codes(await demo.remarks('10.96.10.1:80', '10.244.1.13'))).toEqual([
      'hairpin-not-masqueraded',
      'foreign-target',
    ]);
  });

  it('a pod that is not Ready is still listed as a ready endpoint', async () => {
    const demo = new BrokenDemo({
      'pods.json': objects((items) => {
        for (const pod of items)
          if (pod.metadata.name === 'web-a1')
            for (const condition of pod.status.conditions) condition.status = 'False';
      }),
    });
    expect(codes(await demo.remarks('10.96.10.1:80', 'pod'))).toEqual(['pod-not-ready']);
  });

  it('shares that kube-proxy would not write are told with the rule', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': (text) =>
        text.replace(/(-A KUBE-SVC-E3PXEPMWAWIUT6ZV .*--probability )0\.33333333349/, '$10.90000000000'),
    });
    expect(await demo.remarks('10.96.10.1:80', 'pod')).toMatchObject([
      {
        code: 'uneven-shares',
        text: 'nat KUBE-SVC-E3PXEPMWAWIUT6ZV rule 2 takes 90% of the packets that come to it; kube-proxy writes 33.3% there, for even shares',
      },
    ]);
  });
});

describe('why an answer does not come back', () => {
  it('an endpoint that calls itself is not masqueraded, for want of its rule', async () => {
    const demo = new BrokenDemo({ 'iptables-save.txt': without(/-A KUBE-SEP-UVL2F52SS6GVYANL -s /) });
    const [remark] = await demo.remarks('shop/solo', '10.244.1.12');
    expect(remark).toMatchObject({ code: 'hairpin-not-masqueraded', effect: 'breaks' });
    expect(remark?.text).toContain('nat KUBE-SEP-UVL2F52SS6GVYANL lacks the rule that marks');
  });

  it('somebody wipes the mark between PREROUTING and POSTROUTING', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': (text) =>
        text.replace(/(\*mangle[\s\S]*?)COMMIT/, '$1-A FORWARD -j MARK --set-xmark 0x0/0xffffffff\nCOMMIT'),
    });
    const remarks = await demo.remarks('node:30080', '192.168.100.50');
    expect(codes(remarks)).toEqual(['masquerade-mark-lost', 'answer-not-through-node']);
    expect(remarks[0]?.text).toBe(
      'the packet keeps its source, though nat KUBE-MARK-MASQ rule 1 marked it to be masqueraded: mangle FORWARD rule 1 takes mark 0x4000 away before POSTROUTING',
    );
  });

  it('POSTROUTING does not lead to the rule that masquerades', async () => {
    const demo = new BrokenDemo({ 'iptables-save.txt': without(/-A POSTROUTING .* -j KUBE-POSTROUTING/) });
    const [remark] = await demo.remarks('node:30080', '192.168.100.50');
    expect(remark?.text).toMatch(/nat POSTROUTING does not lead to KUBE-POSTROUTING$/);
  });

  it('client and endpoint share a bridge that iptables does not see', async () => {
    const demo = new BrokenDemo({
      'sysctl.txt': (text) => text.replace('bridge-nf-call-iptables = 1', 'bridge-nf-call-iptables = 0'),
    });
    const { outcomes } = await demo.ask('10.96.10.1:80', '10.244.1.13');
    expect(outcomes.map(({ remarks }) => codes(remarks))).toEqual([
      ['answer-bypasses-nat'],
      ['answer-bypasses-nat'],
      [],
    ]);
  });

  it('the interface that it leaves through has no carrier', async () => {
    const down = new BrokenDemo({
      'ip-addr.json': (text) =>
        text.replace(
          /("ifname":\s*"eth0",\s*"flags":\s*\[)[^\]]*/,
          '$1"NO-CARRIER","BROADCAST","MULTICAST","UP"',
        ),
    });
    const { outcomes } = await down.ask('198.51.100.7:80', '10.244.1.13');
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['accept']);
    expect(outcomes[0]?.remarks).toContainEqual(
      expect.objectContaining({
        code: 'no-carrier',
        effect: 'breaks',
        text: expect.stringContaining('eth0'),
      }),
    );
    const inside = await down.remarks('10.244.1.11:8080', '10.244.1.13');
    expect(codes(inside)).not.toContain('no-carrier');
    expect(codes(await new BrokenDemo({}).remarks('198.51.100.7:80', '10.244.1.13'))).not.toContain(
      'no-carrier',
    );
  });

  it('strict rp_filter stands on the interface that has the address asked for', async () => {
    const demo = new BrokenDemo({
      'sysctl.txt': (text) => text.replace('eth0.rp_filter = 0', 'eth0.rp_filter = 1'),
      'ip-route.json': (text) =>
        text.replace('[{', '[{"dst":"192.168.200.0/24","gateway":"172.31.0.50","dev":"int0","flags":[]},{'),
    });
    const { outcomes, assumptions } = await demo.ask('node:30080', '192.168.200.50');
    expect(outcomes[0]?.remarks).toMatchObject([{ code: 'reverse-path', effect: 'may-break' }]);
    expect(codes(assumptions)).not.toContain('in-interface');
    const told = await demo.remarks('node:30080', '192.168.200.50', { inInterface: 'int0' });
    expect(codes(told)).not.toContain('reverse-path');
    // On the link itself no other interface comes into question.
    expect(await demo.remarks('node:30080', '10.244.1.13')).toEqual([]);
  });

  it('kube-proxy takes the pods for strangers', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': (text) => text.replaceAll('-s 10.244.0.0/16', '-s 10.200.0.0/16'),
    });
    const [masqueraded] = await demo.remarks('10.96.10.1:80', '10.244.1.13');
    expect(masqueraded).toMatchObject({ code: 'pod-outside-cluster-cidr' });
    const { outcomes } = await demo.ask('node:30082', '10.244.1.13');
    expect(outcomes).toMatchObject([{ verdict: 'drop', remarks: [{ code: 'pod-outside-cluster-cidr' }] }]);
    const { out } = await demo.run(['node:30082', '--from', '10.244.1.13']);
    expect(out).toMatch(
      /\n {2}DROP .*\n {2}kube-proxy treats pod shop\/client-a as a client from outside: it takes 10\.200\.0\.0\/16/,
    );
    expect(await demo.remarks('10.96.10.1:80', '192.168.100.50')).toEqual([]);
  });

  it("a pod of another node sends through its own node's rules first", async () => {
    const demo = new BrokenDemo({ 'capture.json': (text) => `${text} ` });
    expect(codes(await demo.remarks('10.96.10.1:80', '10.244.2.13'))).toContain('client-on-other-node');
    expect(codes(await demo.remarks('node:30080', '10.244.2.13'))).toEqual([]);
  });
});

describe('host ports', () => {
  const asks = objects((items) => {
    for (const pod of items)
      if (pod.metadata.name === 'client-a')
        pod.spec.containers[0].ports = [{ containerPort: 8080, hostPort: 8888, protocol: 'TCP' }];
  });

  it("a pod's host port has no rule", async () => {
    const demo = new BrokenDemo({ 'pods.json': asks });
    const [remark] = await demo.remarks('node:8888', 'external');
    expect(remark).toMatchObject({ code: 'host-port-not-translated', effect: 'breaks' });
    expect(remark?.text).toContain('pod shop/client-a');
    expect(await demo.remarks('node:8889', 'external')).toEqual([]);
  });

  it('an older rule takes the host port to an address that nobody has', async () => {
    const demo = new BrokenDemo({
      'pods.json': asks,
      'iptables-save.txt': insertBefore(
        /-A PREROUTING .* -j KUBE-SERVICES/,
        '-A PREROUTING -p tcp -m tcp --dport 8888 -m addrtype --dst-type LOCAL -j DNAT --to-destination 10.244.1.77:8080',
      ),
    });
    const remarks = await demo.remarks('node:8888', 'external');
    expect(remarks[0]?.text).toContain('nat PREROUTING rule 1 sends host port 8888/tcp to 10.244.1.77:8080');
  });
});

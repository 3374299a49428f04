import { describe, expect, it } from 'vitest';
import type { Host, Link } from '../../src/host/facts.ts';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import type { NftRuleset } from '../../src/nftables/ruleset.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { ask, destinationOf, only, type Question, sourceOf, summary } from './ask.ts';
import { type NodeChanges, nodeOf } from './node.ts';

// What Linux 6.18 did in experiments by hand where the tracer believed otherwise, with the function that does it.

const NONE = '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT';

describe('What does a process get to know at once?', () => {
  it.each([
    ['prohibit', 'EACCES'],
    ['unreachable', 'EHOSTUNREACH'],
    ['blackhole', 'EINVAL'],
  ])('a route of type %s is %s (fib_props, ip6_rt_type_to_error)', (type, error) => {
    const host = nodeOf({ routes: [`${type} 8.8.4.0/24`] });
    expect(only(ask(NONE, { via: null, host }))).toMatchObject({ verdict: 'reject', rejectWith: error });
  });
  it.each([
    ['prohibit', 'EACCES', 'icmp-admin-prohibited'],
    ['unreachable', 'ENETUNREACH', 'icmp-net-unreachable'],
    ['blackhole', 'EINVAL', null],
  ])('a policy rule with action %s is %s, and %s to a client (fib4_rule_action)', (action, error, icmp) => {
    const host = nodeOf({ rules: [{ priority: 50, src: 'all', dst: '8.8.4.4', action }] });
    expect(only(ask(NONE, { via: null, host })).rejectWith).toBe(error);
    expect(only(ask(NONE, { host })).rejectWith).toBe(icmp);
  });
  it('that a loopback source cannot leave: EINVAL (ip_route_output_key_hash_rcu)', () => {
    const outcome = only(ask(NONE, { via: null, from: '127.0.0.1:1' }));
    expect(outcome).toMatchObject({ verdict: 'reject', rejectWith: 'EINVAL' });
    expect(outcome.reason?.code).toBe('route-localnet-off');
  });
});

describe('Where does a process send to, and from which address?', () => {
  const fixed = (priority: number, table: string): object => ({ priority, src: 'all', table });
  const moved = nodeOf({
    routes: ['192.168.1.1 via 172.16.0.254 dev eth1 table 2004'],
    host: {
      policyRules: {
        ipv4: parsePolicyRules(
          JSON.stringify([
            { ...fixed(9, '2004'), fwmark: '0x200', fwmask: '0xf00' },
            ...[fixed(100, 'local'), fixed(32766, 'main'), fixed(32767, 'default')],
          ]),
          'ipv4',
          'r',
          new ProblemList(),
        ),
        ipv6: null,
      },
    },
  });
  it('an address of the node goes where rules before table local say (ip_route_output_key_hash_rcu)', () => {
    const own = { via: null, from: '? in 0.0.0.0/0', to: '192.168.1.1:80', host: moved };
    expect(only(ask(NONE, { ...own, mark: 0x200 })).exit).toMatchObject({ name: 'eth1' });
    expect(only(ask(NONE, own)).exit).toEqual({ kind: 'local' });
  });
  const elsewhere = nodeOf({
    routes: ['local 10.9.9.9 dev lo table 77'],
    rules: [{ priority: 50, src: 'all', dst: '10.9.9.9', table: '77' }],
  });
  const unbound = { via: null, from: '? in 0.0.0.0/0', to: '10.9.9.9:53' };
  it('connect() to a local route of another table than local fails (__ip_dev_find)', () => {
    const outcome = only(ask(NONE, { ...unbound, host: elsewhere }));
    expect(outcome).toMatchObject({ rejectWith: 'ENETUNREACH', reason: { code: 'source-not-local' } });
  });
  it('sendto() does not: of datagrams both are shown', () => {
    const trace = ask(NONE, { ...unbound, protocol: 'udp', host: elsewhere });
    expect(trace.outcomes.map(({ verdict }) => verdict)).toEqual(['reject', 'accept']);
    expect(summary(trace.outcomes[0] ?? expect.fail())).toContain('connects its socket');
  });
  it('of several next hops the source is that of the one taken (fib_select_path, fib_result_prefsrc)', () => {
    const hops = [
      { gateway: '192.168.1.254', dev: 'eth0', weight: 1, flags: [] },
      { gateway: '172.16.0.254', dev: 'eth1', weight: 1, flags: [] },
    ];
    const listing = JSON.stringify([{ dst: '8.8.4.0/24', flags: [], nexthops: hops }]);
    const { routes } = nodeOf();
    const spread = parseRoutes(listing, 'ipv4', 'r', new ProblemList()) ?? [];
    const host = nodeOf({ host: { routes: { ...routes, ipv4: [...spread, ...(routes.ipv4 ?? [])] } } });
    const trace = ask(NONE, { via: null, from: '? in 0.0.0.0/0', host });
    expect(
      trace.outcomes.map((one) => `${one.exit?.kind === 'interface' && one.exit.name} ${sourceOf(one)}`),
    ).toEqual(['eth0 192.168.1.1:?', 'eth1 172.16.0.1:?']);
  });
  const bySource = nodeOf({
    routes: ['0.0.0.0/0 via 172.16.0.254 dev eth1 table 78'],
    rules: [{ priority: 60, src: '192.168.1.1', dst: '8.8.4.4', table: '78' }],
  });
  it.each([
    ['tcp', ['eth1']],
    ['udp', ['eth1', 'eth0']],
    ['icmp', ['eth0']],
  ])(
    'a rule for the source just chosen: %s leaves by %j (ip_route_connect asks twice, sendto once)',
    (protocol, by) => {
      const question = { via: null, from: '? in 0.0.0.0/0', protocol, host: bySource };
      const trace = ask(
        NONE,
        protocol === 'icmp' ? { ...question, to: '8.8.4.4', icmp: { type: 8, code: 0 } } : question,
      );
      expect(trace.outcomes.map(({ exit }) => exit?.kind === 'interface' && exit.name)).toEqual(by);
    },
  );
});

describe('What does a bridge pass on?', () => {
  const withPorts = (ports: Readonly<Record<string, Partial<Link>>>, changes: NodeChanges = {}): Host => {
    const node = nodeOf(changes);
    return { ...node, links: (node.links ?? []).map((link) => ({ ...link, ...ports[link.name] })) };
  };
  const pod = { from: '10.244.1.5:1000', via: 'cni0', to: '10.244.1.6:80' };
  const isolated = { isolated: true };
  it('nothing from one isolated port to another (br_skb_isolated)', () => {
    const host = withPorts({ veth1: isolated, veth2: isolated });
    const reason = { code: 'bridge-ports-isolated' };
    expect(only(ask(NONE, { ...pod, host }))).toMatchObject({ verdict: 'drop', reason });
    const dnat = '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -j DNAT --to-destination 10.244.1.6';
    expect(only(ask(dnat, { ...pod, to: '10.96.0.1:80', host })).reason).toMatchObject(reason);
  });
  it('but from one to a port that is none, and to what is routed', () => {
    expect(only(ask(NONE, { ...pod, host: withPorts({ veth1: isolated }) })).verdict).toBe('accept');
    const host = withPorts({ veth1: isolated, veth2: isolated });
    expect(only(ask(NONE, { ...pod, to: '8.8.8.8:80', host })).verdict).toBe('accept');
  });
  it('of ports that differ both ways are shown, unless the port is known', () => {
    const links = [...(nodeOf().links ?? []), { ...(nodeOf().links?.at(-1) as Link), name: 'veth3' }];
    const host: Host = {
      ...nodeOf(),
      links: links.map((link) => (/veth[12]/.test(link.name) ? { ...link, ...isolated } : link)),
    };
    const verdicts = (question: Question) =>
      ask(NONE, { ...pod, host, ...question }).outcomes.map(({ verdict }) => verdict);
    expect(verdicts({})).toEqual(['accept', 'drop']);
    expect(verdicts({ port: 'veth3' })).toEqual(['accept']);
  });
  it('a bridge shows its frames by its own switch too (br_nf_pre_routing: BROPT_NF_CALL_IPTABLES)', () => {
    const off = { sysctls: { 'net.bridge.bridge-nf-call-iptables': '0' } };
    const host = withPorts({ cni0: { callsIptables: ['ipv4'] } }, off);
    const drop = '*filter\n:FORWARD ACCEPT\n-A FORWARD -j DROP';
    expect(only(ask(drop, { ...pod, host })).verdict).toBe('drop');
    expect(only(ask(drop, { ...pod, host: withPorts({}, off) })).verdict).toBe('accept');
  });
  it('hairpin is the port: of ports that differ both ways (should_deliver)', () => {
    const host = withPorts({ veth1: { hairpin: true }, veth2: { hairpin: false } });
    const self = '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -j DNAT --to-destination 10.244.1.5';
    const asks = (port?: string) =>
      ask(self, { ...pod, to: '10.96.0.1:80', host, ...(port === undefined ? {} : { port }) });
    expect(
      asks()
        .outcomes.map(({ verdict }) => verdict)
        .sort(),
    ).toEqual(['accept', 'drop']);
    expect(only(asks('veth2')).reason?.code).toBe('bridge-hairpin-off');
    expect(only(asks('veth1')).verdict).toBe('accept');
  });
  it('without an address of its own every frame is for another machine (br_handle_frame_finish)', () => {
    const host = withPorts(
      { cni0: { addresses: [] } },
      { sysctls: { 'net.ipv4.conf.all.proxy_arp': '0', 'net.ipv4.conf.cni0.proxy_arp': '0' } },
    );
    const bridged = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m physdev --physdev-is-bridged -j DROP';
    expect(only(ask(bridged, { ...pod, from: '10.50.0.1:1', to: '10.50.0.2:80', host })).verdict).toBe(
      'drop',
    );
  });
  it('which port it was physdev knows, or the bridge has but one (xt_physdev)', () => {
    const rules = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m physdev --physdev-in veth1 -j DROP';
    expect(only(ask(rules, { ...pod, port: 'veth1' })).verdict).toBe('drop');
    expect(only(ask(rules, { ...pod, port: 'veth2' })).verdict).toBe('accept');
    const node = nodeOf();
    const host = { ...node, links: node.links?.filter(({ name }) => name !== 'veth2') ?? null };
    expect(only(ask(rules, { ...pod, host })).verdict).toBe('drop');
  });
});

describe('Which source does a client get who was mapped before?', () => {
  const rules =
    '*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -j SNAT --to-source 192.168.1.1-192.168.1.20:5000-6000';
  const flow = (port: number): string =>
    `tcp 6 9 TIME_WAIT src=8.8.8.8 dst=9.9.9.9 sport=40000 dport=80 src=9.9.9.9 dst=192.168.1.17 sport=80 dport=${port} [ASSURED] mark=0 use=1`;
  it('the same, towards further servers (find_appropriate_src)', () => {
    expect(sourceOf(only(ask(rules, { flows: flow(5612) })))).toBe('192.168.1.17:5612');
  });
  it('unless the range does not hold it, or another port asks (nf_in_range, same_src)', () => {
    expect(sourceOf(only(ask(rules, { flows: flow(7000) })))).not.toContain('.17:');
    expect(sourceOf(only(ask(rules, { from: '8.8.8.8:40001', flows: flow(5612) })))).not.toContain('.17:');
  });
  it('masquerade keeps the port likewise', () => {
    const masquerade = '*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -j MASQUERADE';
    const flows = flow(5612).replace('192.168.1.17', '192.168.1.1');
    expect(sourceOf(only(ask(masquerade, { flows })))).toBe('192.168.1.1:5612');
  });
});

describe('Which switches of an interface count?', () => {
  const v6 = { from: '[fd00:1::2]:1', to: '[fd00:244::5]:80' };
  const sysctls = (name: string, value: string) => ({ 'net.ipv6.conf.all.forwarding': '0', [name]: value });
  it('disable_ipv6 of the one it came in by (ip6_rcv_core)', () => {
    const host = nodeOf({ sysctls: { 'net.ipv6.conf.eth0.disable_ipv6': '1' } });
    const outcome = only(ask('*mangle\n:PREROUTING ACCEPT\n-A PREROUTING', { ...v6, host }));
    expect(outcome).toMatchObject({ verdict: 'drop', reason: { code: 'ipv6-disabled' }, path: [] });
  });
  it('force_forwarding, where all does not forward (ip6_forward)', () => {
    const on = nodeOf({ sysctls: sysctls('net.ipv6.conf.eth0.force_forwarding', '1') });
    expect(only(ask(NONE, { ...v6, host: on })).exit).toMatchObject({ name: 'cni0' });
    const off = nodeOf({ sysctls: sysctls('net.ipv6.conf.eth0.force_forwarding', '0') });
    expect(only(ask(NONE, { ...v6, host: off })).reason?.code).toBe('forwarding-off');
  });
  it('that of the interface it leaves by, where br_netfilter routes what NAT turned (br_nf_pre_routing_finish_ipv6)', () => {
    const from = { from: '[fd00:244::5]:1', to: '[fd00:96::a]:80', via: 'cni0' };
    const dnat = '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -j DNAT --to-destination fd00:1::2';
    const end = (rules: string, device: string): string | undefined => {
      const host = nodeOf({
        sysctls: {
          ...sysctls(`net.ipv6.conf.${device}.force_forwarding`, '1'),
          [`net.ipv6.conf.${device === 'eth0' ? 'cni0' : 'eth0'}.force_forwarding`]: '0',
        },
      });
      const { verdict, reason } = only(ask(rules, { ...from, host }));
      return reason === null ? verdict : JSON.stringify(reason);
    };
    const off = (device: string) => JSON.stringify({ code: 'forwarding-off', device, family: 'ipv6' });
    expect(end(dnat, 'eth0')).toBe('accept');
    expect(end(dnat, 'cni0')).toBe(off('eth0'));
    expect(end(NONE, 'eth0')).toBe(off('cni0'));
    expect(end(NONE, 'cni0')).toBe('accept');
  });
  it('bc_forwarding of all and its own: broadcasts of another network are routed on (IN_DEV_BFORWARD)', () => {
    const routes = ['broadcast 172.16.0.255 dev eth1 table local scope link'];
    const keys = ['all', 'eth0'].map((name) => `net.ipv4.conf.${name}.bc_forwarding`);
    const host = (values: readonly string[]): Host =>
      nodeOf({ routes, sysctls: Object.fromEntries(keys.map((key, at) => [key, values[at] ?? ''])) });
    const to = '172.16.0.255:53';
    expect(only(ask(NONE, { to, host: host(['1', '1']) })).exit).toMatchObject({ name: 'eth1' });
    expect(only(ask(NONE, { to, host: host(['1', '0']) })).exit).toEqual({ kind: 'local' });
  });
  it('forwarding counts without routes too (ip_forward)', () => {
    const host = nodeOf({
      host: { routes: { ipv4: null, ipv6: null } },
      sysctls: { 'net.ipv4.conf.eth0.forwarding': '0' },
    });
    expect(only(ask(NONE, { host })).reason?.code).toBe('forwarding-off');
  });
  it('rp_filter is named where neither routes nor addresses tell who is dropped (fib_validate_source)', () => {
    const none = { host: { routes: { ipv4: null, ipv6: null }, links: null } } as const;
    const code = (value: string) =>
      ask(NONE, {
        host: nodeOf({ ...none, sysctls: { 'net.ipv4.conf.all.rp_filter': value } }),
      }).assumptions.map((assumption) => assumption.code);
    expect(code('1')).toContain('source-check');
    expect(code('0')).not.toContain('source-check');
  });
});

describe('Who gets the answer of a rule that refuses?', () => {
  const refuse = (hook: string, options = ''): string =>
    `*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n-A ${hook} -p tcp -j REJECT${options}`;
  const reset = ' --reject-with tcp-reset';
  const unsent = (because: string) => ({ verdict: 'drop', reason: { code: 'answer-unsent', because } });
  it('nobody, where no route leads back (icmp_route_lookup, ip_route_me_harder)', () => {
    const host = nodeOf({ routes: ['blackhole 8.8.8.8'] });
    expect(only(ask(refuse('FORWARD'), { host }))).toMatchObject(unsent('no-route'));
    const own = { to: '192.168.1.1:80', host };
    expect(only(ask(refuse('INPUT', reset), own))).toMatchObject(unsent('no-route'));
    expect(only(ask(refuse('FORWARD'))).verdict).toBe('reject');
  });
  it('nobody, where the answer takes the mark of the packet along and a policy rule sends that nowhere (IP4_REPLY_MARK)', () => {
    const marked = (reflect: string) =>
      only(
        ask(
          `*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -j MARK --set-xmark 0x100\n${refuse('INPUT', reset)}`,
          {
            to: '192.168.1.1:80',
            host: nodeOf({
              sysctls: { 'net.ipv4.fwmark_reflect': reflect },
              rules: [{ priority: 100, src: 'all', fwmark: '0x100', table: '100' }],
              routes: ['blackhole default table 100'],
            }),
          },
        ),
      );
    expect(marked('1')).toMatchObject(unsent('no-route'));
    expect(marked('0').verdict).toBe('reject');
  });
  const dnat = '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -d 10.96.0.1 -j DNAT --to-destination 10.244.1.6\n';
  const service = { from: '10.244.1.5:1000', via: 'cni0', to: '10.96.0.1:80' };
  it('nobody, where a reset leaves by a port of a bridge as it is after DNAT (nf_send_reset)', () => {
    expect(only(ask(dnat + refuse('FORWARD', reset), service))).toMatchObject(unsent('not-translated'));
  });
  it('but an ICMP error, a reset without DNAT, from elsewhere or without br_netfilter arrives', () => {
    const host = nodeOf({ sysctls: { 'net.bridge.bridge-nf-call-iptables': '0' } });
    expect(only(ask(dnat + refuse('FORWARD'), service)).verdict).toBe('reject');
    expect(only(ask(refuse('FORWARD', reset), { ...service, to: '10.244.1.6:80' })).verdict).toBe('reject');
    expect(only(ask(dnat + refuse('FORWARD', reset), { to: '10.96.0.1:80' })).verdict).toBe('reject');
    expect(only(ask(dnat + refuse('FORWARD', reset), { ...service, host })).verdict).toBe('reject');
  });
});

describe('DNAT to an address that no packet may have', () => {
  it('[::1] is looked for on the link it came by, and not checked again (rt6_need_strict, ip6_rcv_core)', () => {
    const rules = '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -j DNAT --to-destination [::1]';
    const { routes } = nodeOf();
    const own = routes.ipv6?.filter(({ destination }) => destination.mask !== 0n) ?? [];
    const host = nodeOf({ host: { routes: { ...routes, ipv6: own } } });
    const outcome = only(ask(rules, { from: '[fd00:1::2]:1', to: '[fd00:96::1]:80', host }));
    expect(outcome).toMatchObject({ verdict: 'reject', rejectWith: 'icmp6-no-route' });
  });
});

describe('Rules of nft in tables of iptables', () => {
  const rule = (chain: string, expr: readonly object[]): object => ({
    rule: { family: 'ip', table: 'filter', chain, handle: 9, expr },
  });
  const counter = { counter: { packets: 0, bytes: 0 } };
  const port = (right: unknown): object => ({
    match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right },
  });
  const listing = (rules: readonly object[]): string =>
    JSON.stringify({
      nftables: [
        { metainfo: { version: '1.0.6', json_schema_version: 1 } },
        { table: { family: 'ip', name: 'filter', handle: 1 } },
        {
          chain: {
            family: 'ip',
            table: 'filter',
            name: 'FORWARD',
            handle: 1,
            type: 'filter',
            hook: 'forward',
            prio: 0,
            policy: 'accept',
          },
        },
        ...rules,
      ],
    });
  const nft = (rules: readonly object[]): NftRuleset =>
    parseNftables(Buffer.from(listing(rules)), 'nft.json', new ProblemList()) ?? expect.fail();
  const set = rule('FORWARD', [port({ set: [80, 81] }), { drop: null }]);
  const comment = rule('FORWARD', [counter]);

  it('are what nft lists: iptables-save prints `tcp dport { 80, 81 }` as any TCP (nft_rule_to_iptables_command_state)', () => {
    const saved = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m comment --comment x\n-A FORWARD -p tcp -j DROP';
    const listed = nft([comment, set]);
    expect(only(ask(saved, { nft: listed, to: '8.8.4.4:81' })).verdict).toBe('drop');
    expect(only(ask(saved, { nft: listed, to: '8.8.4.4:8080' })).verdict).toBe('accept');
  });
  it('a rule that counts and has no set is as iptables writes them (add_counters)', () => {
    const saved =
      '*filter\n:FORWARD ACCEPT\n-A FORWARD -p tcp -m tcp --dport 80 -j ACCEPT\n-A FORWARD -j DROP';
    const listed = nft([
      rule('FORWARD', [port(80), counter, { accept: null }]),
      rule('FORWARD', [counter, { drop: null }]),
    ]);
    const outcome = only(ask(saved, { nft: listed, to: '8.8.4.4:80' }));
    expect(outcome.path.map(({ step }) => step.program)).toEqual(['iptables']);
  });
  const left = "# Table `filter' is incompatible, use 'nft' tool.\n*nat\n:PREROUTING ACCEPT";
  it('a table that iptables-save leaves out is walked as nft lists it, and unknown without', () => {
    expect(only(ask(left, { nft: nft([set]) })).verdict).toBe('drop');
    expect(only(ask(left))).toMatchObject({ verdict: 'unknown', reason: { code: 'table-left-out' } });
  });
  it('make the kernel track connections as others do (nft_ct_get_init)', () => {
    const state = { match: { op: 'in', left: { ct: { key: 'state' } }, right: 'new' } };
    expect(only(ask(left, { nft: nft([rule('FORWARD', [state, { drop: null }])]) })).verdict).toBe('drop');
  });
});

describe('What does a flow remember that its listing does not show?', () => {
  const asks = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j DROP';
  const closed = (state: string, status = '[ASSURED] '): string =>
    `tcp 6 9 ${state} src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 src=8.8.4.4 dst=8.8.8.8 sport=80 dport=40000 ${status}mark=0 use=1`;
  const verdicts = (flows: string): string[] => ask(asks, { flows }).outcomes.map(({ verdict }) => verdict);
  it('who closed it: a SYN goes on with what a reset of the server closed (nf_conntrack_tcp_packet: last_dir)', () => {
    expect(verdicts(closed('CLOSE'))).toEqual(['accept', 'drop']);
    expect(verdicts(closed('TIME_WAIT'))).toEqual(['accept']);
    expect(verdicts(closed('CLOSE', '[UNREPLIED] '))).toEqual(['accept']);
  });
  const unreplied =
    'udp 17 29 src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 [UNREPLIED] src=8.8.4.4 dst=8.8.8.8 sport=80 dport=40000 mark=0 use=1';
  const nat = (rule: string): string =>
    `*nat\n:PREROUTING ACCEPT\n-A PREROUTING ${rule}\n-A PREROUTING -j DNAT --to-destination 10.244.1.5\n*filter\n:FORWARD ACCEPT\n-A FORWARD -m mark --mark 0x77 -j DROP`;
  it('whether it is older than nat: then rules mark it and rewrite nothing (nf_nat_setup_info: nf_ct_is_confirmed)', () => {
    const trace = ask(nat('-j MARK --set-xmark 0x77/0xffffffff'), { protocol: 'udp', flows: unreplied });
    expect(trace.outcomes.map(({ verdict }) => verdict)).toEqual(['accept', 'drop']);
    expect(trace.outcomes.map(destinationOf)).toEqual(['8.8.4.4:80', '8.8.4.4:80']);
  });
  it('which is not said where it makes no difference', () => {
    expect(only(ask(nat('-p tcp'), { protocol: 'udp', flows: unreplied })).given).toEqual([]);
  });
});

describe('Who listens at a queue?', () => {
  const rules = (options: string): string =>
    `*filter\n:FORWARD ACCEPT\n-A FORWARD -j NFQUEUE --queue-num 7${options}\n-A FORWARD -j DROP`;
  const verdicts = (options: string): string[] => ask(rules(options)).outcomes.map(({ verdict }) => verdict);
  it('nobody: the packet is lost, or with bypass passes the table (nf_queue: -ESRCH)', () => {
    expect(verdicts('')).toEqual(['drop', 'queue'].reverse());
    expect(verdicts(' --queue-bypass').toSorted()).toEqual(['accept', 'queue']);
  });
});

describe('A packet that leaves by the interface it came in by', () => {
  const rules =
    '*mangle\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING -j CONNMARK --set-xmark 0xff/0xff\n-A OUTPUT -j CONNMARK --set-xmark 0x0/0xff\n*filter\n:FORWARD ACCEPT\n-A FORWARD -m connmark --mark 0xff/0xff -j DROP';
  it('may meet FORWARD with the connection mark that OUTPUT set for its ICMP redirect (ip_rt_send_redirect)', () => {
    const on = nodeOf({ sysctls: { 'net.ipv4.conf.all.send_redirects': '1' } });
    expect(
      ask(rules, { host: on })
        .outcomes.map(({ verdict }) => verdict)
        .toSorted(),
    ).toEqual(['accept', 'drop']);
    expect(only(ask(rules)).verdict).toBe('drop');
    expect(only(ask(rules, { host: on, via: 'eth1', from: '172.16.0.7:1' })).verdict).toBe('drop');
  });
});

describe('rp_filter off', () => {
  it('a source that only the full check refuses depends on whether there ever was a rule (fib_has_custom_rules)', () => {
    const host = nodeOf({ routes: ['broadcast 192.168.1.255 dev eth0 table local scope link'] });
    const trace = ask(NONE, { from: '192.168.1.255:1', host });
    expect(trace.assumptions).toMatchObject([{ code: 'source-check', why: { code: 'rule-come-and-gone' } }]);
  });
});

describe('A flow that a flow table took over', () => {
  const rules = '*filter\n:FORWARD ACCEPT\n-A FORWARD -j DROP';
  const flow = (status: string): string =>
    `tcp 6 src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 src=10.244.1.5 dst=8.8.8.8 sport=8080 dport=40000 [${status}] mark=0 use=1`;
  it('skips the tables, and is rewritten all the same (nf_flow_offload_ip_hook)', () => {
    const outcome = only(ask(rules, { flows: flow('OFFLOAD') }));
    expect(outcome).toMatchObject({ verdict: 'accept', reason: { code: 'flow-offloaded' }, path: [] });
    expect([destinationOf(outcome), outcome.exit]).toMatchObject(['10.244.1.5:8080', { name: 'cni0' }]);
  });
  it('with its source, where nat gave it another port of the same address', () => {
    const moved = flow('OFFLOAD').replace('sport=8080 dport=40000', 'sport=8080 dport=1025');
    const { source } = only(ask(rules, { flows: moved }));
    expect(source).toMatchObject({ port: 1025, rewrite: 'snat' });
  });
  it('but not what closes it (nf_flow_state_check), nor another flow', () => {
    const closing = ask(rules, { flows: flow('OFFLOAD'), header: { tcpFlags: 0x11 } });
    expect(only(closing).verdict).toBe('drop');
    expect(only(ask(rules, { flows: flow('ASSURED') })).verdict).toBe('drop');
  });
});

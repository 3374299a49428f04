import { describe, expect, it } from 'vitest';
import { describeChain, suggestChains } from '../../src/explain/describe-chain.ts';
import { parseListing } from '../../src/iptables/listing/parse-listing.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { KNOWN_CHAINS } from '../../src/proxy/known-chains.ts';
import { known, readFixture } from './services-fixture.ts';

const demo = await readFixture('demo');
const old = await readFixture('kube-proxy-1.20-legacy');

function only(name: string, input = demo) {
  const items = describeChain(name, input);
  expect(items).toHaveLength(1);
  const [item] = items;
  if (item === undefined) throw new Error('no item');
  return item;
}

describe('describeChain', () => {
  it('tells which Service port a KUBE-SVC chain stands for, and confirms it by the hash', () => {
    const item = only('KUBE-SVC-TCOU7JCQXEZGVUNU');
    expect(item).toMatchObject({
      family: 'ipv4',
      backend: 'iptables-nft',
      table: 'nat',
      policy: null,
      owner: 'kube-proxy',
      service: { namespace: 'kube-system', name: 'kube-dns', port: 'dns', via: 'clusterIP', namedBy: 'hash' },
      endpoint: null,
      reach: 'hooked',
    });
    expect(item.purpose).toMatch(/Spreads the packets of one Service port/);
  });

  it('lists its rules with a plain sentence each', () => {
    const { rules } = only('KUBE-SVC-TCOU7JCQXEZGVUNU');
    expect(rules.map(({ number, note }) => [number, note])).toEqual([
      [1, 'Masquerades clients outside 10.244.0.0/16.'],
      [2, '50.00 % of what is left goes to 10.244.1.15:53 (pod kube-system/dns-a).'],
      [3, 'Everything that is left goes to 10.244.2.15:53 (pod kube-system/dns-b).'],
    ]);
    expect(rules[0]?.packets).toBeGreaterThanOrEqual(0);
    expect(rules[0]?.text).toMatch(/^-A KUBE-SVC-TCOU7JCQXEZGVUNU ! -s/);
  });

  it('lists who jumps to it and where it leads', () => {
    const item = only('KUBE-SVC-TCOU7JCQXEZGVUNU');
    expect(item.jumpedFrom).toMatchObject([{ chain: 'KUBE-SERVICES' }]);
    expect(item.leadsTo).toEqual([
      'KUBE-MARK-MASQ',
      'KUBE-SEP-DHQ66TZSUU4UMWNL',
      'KUBE-SEP-O6VGTGCTDT52WTRO',
      '10.244.1.15:53',
      '10.244.2.15:53',
    ]);
  });

  it('tells which endpoint a KUBE-SEP chain stands for', () => {
    expect(only('KUBE-SEP-F5IKIWTEPAYCZACC')).toMatchObject({
      service: { name: 'np-sticky', namedBy: 'hash' },
      endpoint: {
        address: '10.244.1.11',
        port: 8080,
        ref: { pod: 'web-a1', node: 'node-1', thisNode: true },
      },
    });
  });

  it.each([
    ['in lower case', 'kube-svc-tcou7jcqxezgvunu'],
    ['by its unique beginning', 'kube-svc-TCOU'],
    ['by its hash alone', 'TCOU7JCQXEZGVUNU'],
    ['by the Service port', 'kube-system/kube-dns:dns'],
  ])('finds a chain %s', (_, name) => {
    expect(only(name).name).toBe('KUBE-SVC-TCOU7JCQXEZGVUNU');
  });

  it('finds all chains of a Service by its name, in both families', () => {
    const items = describeChain('shop/dual-lb', demo);
    expect(items.map(({ name, family }) => [name.slice(0, 8), family])).toEqual([
      ['KUBE-SVC', 'ipv4'],
      ['KUBE-SVC', 'ipv6'],
      ['KUBE-SVL', 'ipv4'],
      ['KUBE-SVL', 'ipv6'],
      ['KUBE-EXT', 'ipv4'],
      ['KUBE-EXT', 'ipv6'],
    ]);
    for (const { service } of items) expect(service).toMatchObject({ namespace: 'shop', name: 'dual-lb' });
  });

  it.each(['80', '443'])('takes the number of a Service port too: %s', (port) => {
    expect(describeChain(`shop/multi-np:${port}`, demo).map(({ service }) => service?.port)).toEqual(
      port === '80' ? ['http', 'http'] : ['https', 'https'],
    );
  });

  it('gives every table where a chain of the name stands', () => {
    const places = describeChain('KUBE-SERVICES', demo).map(({ family, table }) => `${family} ${table}`);
    expect(places.sort()).toEqual(['ipv4 filter', 'ipv4 nat', 'ipv6 filter', 'ipv6 nat']);
  });

  it('describes built-in chains', () => {
    const input = describeChain('INPUT', demo).find(({ table }) => table === 'filter');
    expect(input).toMatchObject({ policy: 'ACCEPT', reach: 'built-in', owner: null, jumpedFrom: [] });
    expect(input?.rules[0]?.note).toMatch(/^On to KUBE-FIREWALL\./);
  });

  it('says of a canary that nothing jumps to it by design', () => {
    const item = describeChain('KUBE-PROXY-CANARY', demo)[0];
    expect(item).toMatchObject({ reach: 'dead', rules: [], jumpedFrom: [], leadsTo: [] });
    expect(item?.purpose).toMatch(/Nothing ever jumps to it, by design\.$/);
  });

  it('says who refuses what in the filter table', () => {
    const notes = describeChain('KUBE-EXTERNAL-SERVICES', demo)[0]?.rules.map(({ note }) => note);
    expect(notes).toContain(
      'Refuses node port 30088 of shop/np-empty, which has no endpoints: the client gets icmp-port-unreachable.',
    );
    expect(notes).toContain(
      'Drops node port 30082 of shop/np-local-none, which has no endpoint on this node, without an answer.',
    );
  });

  it('reads the chains of kube-proxy 1.20', () => {
    const xlb = describeChain('shop/lb-local-none', old).find(({ name }) => name.startsWith('KUBE-XLB-'));
    expect(xlb).toMatchObject({ service: { name: 'lb-local-none', via: 'loadBalancerIP' }, reach: 'hooked' });
    expect(xlb?.rules.map(({ note }) => note)).toEqual([
      'Pods (10.244.0.0/16) are treated as if they had asked for the cluster IP.',
      'Masquerades traffic that this node itself sends.',
      'This node itself may use every endpoint of the cluster.',
      'Marks the packet; KUBE-FIREWALL in the filter table drops what is marked so.',
    ]);
  });

  it('names an endpoint that the API no longer has, by its address and hash', () => {
    const endpoints = demo.cluster.endpoints?.filter(({ address }) => address !== '10.244.1.11') ?? null;
    const cluster = { ...demo.cluster, endpoints, pods: null };
    const input = { ...demo, ...known('', cluster), rulesets: demo.rulesets };
    expect(only('KUBE-SEP-F5IKIWTEPAYCZACC', input)).toMatchObject({
      service: { name: 'np-sticky', namedBy: 'hash' },
      endpoint: { address: '10.244.1.11', port: 8080, ref: null },
    });
  });

  it('takes names from comments that the hash confirms when nothing is known of the API', () => {
    const input = { ...known(''), rulesets: demo.rulesets };
    expect(only('KUBE-SEP-F5IKIWTEPAYCZACC', input).service).toMatchObject({
      name: 'np-sticky',
      namedBy: 'comment',
    });
  });

  it('names no Service for a comment that the hash refutes', () => {
    const text =
      '*nat\n:PREROUTING ACCEPT [0:0]\n:KUBE-SVC-TCOU7JCQXEZGVUNU - [0:0]\n-A PREROUTING -d 10.96.0.10/32 -m comment --comment "shop/web cluster IP" -j KUBE-SVC-TCOU7JCQXEZGVUNU\nCOMMIT\n';
    expect(only('KUBE-SVC-TCOU7JCQXEZGVUNU', known(text)).service).toBeNull();
  });
});

describe('reach', () => {
  const text = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:USED - [0:0]
:LEFT - [0:0]
:BEHIND - [0:0]
-A INPUT -g USED
-A LEFT -j BEHIND
COMMIT
`;

  it('tells chains that a built-in chain leads to, by -j or -g, from those that none does', () => {
    const reach = (name: string) => only(name, known(text)).reach;
    expect([reach('USED'), reach('LEFT'), reach('BEHIND')]).toEqual(['hooked', 'dead', 'dead']);
  });

  it('does not call a chain dead where the dump lacks built-in chains', () => {
    const cut = text.replace(':FORWARD ACCEPT [0:0]\n', '');
    expect(only('LEFT', known(cut)).reach).toBe('unknown');
  });

  it('does not call a chain dead where a reached rule jumps to a chain that the dump lacks', () => {
    const cut = text.replace('-A LEFT', '-A INPUT -j MISSING\n-A LEFT');
    expect(only('LEFT', known(cut)).reach).toBe('unknown');
  });

  it('calls a chain of a single listing unknown', () => {
    const listing = `Chain KUBE-SVC-DQYKF4NVSQPF2JO7 (2 references)
target     prot opt source               destination
KUBE-SEP-WHP752REJFIVTA3A  all  --  0.0.0.0/0            0.0.0.0/0            /* default/ngx-svc -> 10.42.0.148:80 */
`;
    const rulesets = parseListing(
      { name: 'L.txt', bytes: Buffer.from(listing) },
      { chains: KNOWN_CHAINS },
      new ProblemList(),
    );
    expect(only('KUBE-SVC-DQYKF4NVSQPF2JO7', { ...known(''), rulesets })).toMatchObject({
      reach: 'unknown',
      service: { name: 'ngx-svc', namedBy: 'comment' },
    });
  });
});

describe('suggestChains', () => {
  it('gives chains that begin as the name does, where several do', () => {
    expect(describeChain('KUBE-SVC-', demo)).toEqual([]);
    const near = suggestChains('kube-svc-', demo.rulesets);
    expect(near).toHaveLength(8);
    for (const name of near) expect(name).toMatch(/^KUBE-SVC-/);
  });

  it('gives the chain that a name with a mistake may mean', () => {
    expect(suggestChains('KUBE-SVC-TCOU7JCQXEZGVUNX', demo.rulesets)).toEqual(['KUBE-SVC-TCOU7JCQXEZGVUNU']);
    expect(suggestChains('KUBE-SERVICE', demo.rulesets)[0]).toBe('KUBE-SERVICES');
  });

  it('gives nothing for nonsense, for an empty name and for no rules', () => {
    expect(suggestChains('nothing-like-it', demo.rulesets)).toEqual([]);
    expect(suggestChains('', demo.rulesets)).toEqual([]);
    expect(suggestChains('KUBE-SERVICES', [])).toEqual([]);
    expect(describeChain('', demo)).toEqual([]);
    expect(describeChain('shop/nope', demo)).toEqual([]);
  });
});

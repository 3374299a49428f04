import { describe, expect, it } from 'vitest';
import { annotateServices, listServices } from '../../src/explain/list-services.ts';
import type { ServiceItem } from '../../src/explain/service-list.ts';
import { describeNamespace } from '../../src/explain/services/describe-namespace.ts';
import { parseListing } from '../../src/iptables/listing/parse-listing.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { toldAll } from '../../src/problems/told-problem.ts';
import { KNOWN_CHAINS } from '../../src/proxy/known-chains.ts';
import { describeRemarks } from '../../src/render/service-remarks.ts';
import { describeEndpoints } from '../../src/render/services-text.ts';
import { run } from '../cli/run-main.ts';
import { type Known, known, readFixture, serviceOf } from './services-fixture.ts';

function itemOf(rules: Known, name: string): ServiceItem {
  const found = listServices(rules).find((item) => `${item.namespace}/${item.name}` === name);
  if (found === undefined) throw new Error(`${name} is not in the list`);
  return found;
}

function listing(text: string): Known {
  const rulesets = parseListing(
    { name: 'list.txt', bytes: Buffer.from(text) },
    { chains: KNOWN_CHAINS },
    new ProblemList(),
  );
  return { ...known(''), rulesets };
}

describe('services of a listing of single chains', () => {
  it('have a question mark where the chain that holds the endpoints is not in it', async () => {
    const { out } = await run(['services', '-f', 'fixtures/k3s-echo']);
    const row = (name: string) => out.split('\n').find((line) => line.startsWith(`${name} `));
    expect(row('default/kubernetes:https')).toMatch(/10\.43\.0\.1:443 +- +\? +not captured: KUBE-SVC;/);
    expect(row('default/echo')).toMatch(/10\.43\.91\.128:6711 +- +3/);
    // Its cluster IP stands in a table of kubectl alone.
    expect(row('default/echo-local')).toMatch(
      /\(10\.43\.77\.106:8711\) +31534 +\? +no rule for its cluster IP; not captured: KUBE-SVC, KUBE-SVL;/,
    );
  });

  it('have the cluster IP that their own chain tells, where no rule of KUBE-SERVICES leads from it', async () => {
    const { out } = await run(['services', '-f', 'fixtures/k3s-echo']);
    expect(out).toMatch(/default\/echo-session +\(10\.43\.16\.138:6711\) +- +3 +no rule for its cluster IP;/);
  });

  it('name what was printed as a host name instead of leaving it out', () => {
    const rules = listing(`Chain KUBE-SERVICES (2 references)
target     prot opt source               destination
KUBE-EXT-XPGD46QRK7WJZT7O  tcp  --  anywhere             lb.example.com       /* ns1/svc1:p80 loadbalancer IP */ tcp dpt:http
KUBE-SVC-XPGD46QRK7WJZT7O  tcp  --  anywhere             10.43.0.9            /* ns1/svc1:p80 cluster IP */ tcp dpt:frobnicate

Chain KUBE-FW-XPGD46QRK7WJZT7O (1 references)
target     prot opt source               destination
KUBE-EXT-XPGD46QRK7WJZT7O  all  --  10.0.0.0/8           anywhere             /* ns1/svc1:p80 loadbalancer IP */
KUBE-EXT-XPGD46QRK7WJZT7O  all  --  office.example.com   anywhere             /* ns1/svc1:p80 loadbalancer IP */
KUBE-EXT-XPGD46QRK7WJZT7O  all  --  lb.example.com       anywhere             /* ns1/svc1:p80 loadbalancer IP */
`);
    const item = itemOf(rules, 'ns1/svc1');
    expect(item.loadBalancerIPs).toEqual([]);
    expect(item.sourceRanges).toEqual(['10.0.0.0/8']);
    expect(item.printed).toEqual([
      { kind: 'loadBalancerIP', text: 'lb.example.com:80' },
      { kind: 'clusterIP', text: '10.43.0.9:frobnicate' },
      { kind: 'sourceRange', text: 'office.example.com' },
    ]);
    expect(describeRemarks(item, false)).toBe(
      'not captured: KUBE-SVC, KUBE-EXT; load balancer printed as "lb.example.com:80"; ' +
        'cluster IP printed as "10.43.0.9:frobnicate"; ' +
        'only from 10.0.0.0/8, what is printed as "office.example.com"; named by a comment',
    );
  });

  it('keep refusals whose address was printed as a host name', () => {
    const rules = listing(`Chain KUBE-EXTERNAL-SERVICES (2 references)
target     prot opt source               destination
REJECT     tcp  --  anywhere             a.example.com        /* ns1/a has no endpoints */ tcp dpt:http reject-with icmp-port-unreachable
REJECT     tcp  --  anywhere             b.example.com        /* ns1/b has no endpoints */ tcp dpt:http reject-with icmp-port-unreachable
`);
    expect(
      listServices(rules).map(({ name, printed, refusals }) => [name, printed[0]?.text, refusals.length]),
    ).toEqual([
      ['a', 'a.example.com:80', 1],
      ['b', 'b.example.com:80', 1],
    ]);
  });
});

describe('services that no rule leads to any more', () => {
  const flush = (dump: string) => dump.replace(/^.*-A KUBE-SERVICES .*-j KUBE-(?!MARK).*\n/gm, '');

  it('show the addresses of the API as not programmed', async () => {
    const rules = await readFixture('demo', flush);
    const web = itemOf(rules, 'shop/lb');
    expect(web.clusterIPs).toEqual([]);
    expect(web.unprogrammed).toEqual([
      { kind: 'clusterIP', address: '10.96.10.9', port: 80, saidBy: 'api', state: 'no-rule' },
      { kind: 'loadBalancerIP', address: '198.51.100.10', port: 80, saidBy: 'api', state: 'no-rule' },
    ]);
    expect(describeRemarks(web, false)).toBe('no rule for its cluster IP, load balancer 198.51.100.10');
    const { notes } = annotateServices([], rules);
    expect(notes.map(({ text }) => text)).toContain(
      'no rule of KUBE-SERVICES leads to KUBE-NODEPORTS: node ports are not answered (ipv4, iptables-nft)',
    );
  });

  it('expects nothing that kube-proxy does not program: no item of a healthy node lacks an address', async () => {
    for (const folder of ['demo', 'kube-proxy-1.20-legacy']) {
      const rules = await readFixture(folder);
      const items = listServices(rules);
      expect(
        items.filter(({ unprogrammed, notCaptured }) => unprogrammed.length + notCaptured.length > 0),
      ).toEqual([]);
      expect(annotateServices(items, rules)).toEqual({ notProgrammed: [], notes: [] });
    }
  });

  it('says that a hook does not lead to them', async () => {
    const rules = await readFixture('demo', (dump) =>
      dump.replace(/^.*-A OUTPUT .*-j KUBE-SERVICES\n/gm, ''),
    );
    expect(annotateServices([], rules).notes[0]?.text).toMatch(
      /^nothing in nat OUTPUT leads to KUBE-SERVICES/,
    );
  });

  it('says that an emptied chain neither sends on nor refuses', async () => {
    const rules = await readFixture('demo', (dump) =>
      dump.replace(/^.*-A KUBE-SVC-E3PXEPMWAWIUT6ZV .*\n/gm, ''),
    );
    expect(describeRemarks(itemOf(rules, 'shop/web'), false)).toBe('no rule sends it on or refuses it');
  });

  it('lists Services of the API that have no rule at all, and only those kube-proxy would write', async () => {
    const demo = await readFixture('demo');
    const extra = [
      serviceOf({ name: 'newcomer', clusterIPs: ['10.96.10.60', 'fd00:10:96::60'] }),
      serviceOf({ name: 'headless', clusterIPs: [] }),
      serviceOf({ name: 'other', labels: { 'service.kubernetes.io/service-proxy-name': 'x' } }),
      serviceOf({ name: 'alias', type: 'ExternalName' }),
    ];
    const cluster = { ...demo.cluster, services: [...(demo.cluster.services ?? []), ...extra] };
    const found = annotateServices(listServices(demo), { ...demo, cluster }).notProgrammed;
    expect(found.map(({ name, address }) => `${name} ${address}`)).toEqual([
      'newcomer 10.96.10.60',
      'newcomer fd00:10:96::60',
    ]);
    const v4 = demo.rulesets.filter(({ family }) => family === 'ipv4');
    expect(
      annotateServices(listServices(demo), { ...demo, cluster, rulesets: v4 }).notProgrammed,
    ).toHaveLength(1);
  });
});

describe('services of a dump that broke off', () => {
  it('count endpoints with a plus, or not at all, and say where it broke off', async () => {
    const upTo = (part: string) => (dump: string) => {
      const at = dump.indexOf(part);
      return at < 0 ? dump : dump.slice(0, dump.indexOf('\n', at) + 1);
    };
    const rules = await readFixture('demo', upTo('-A KUBE-SVC-E3PXEPMWAWIUT6ZV -m comment'));
    const web = itemOf(rules, 'shop/web');
    expect(describeEndpoints(web)).toBe('1+ (1 local)');
    expect(describeRemarks(web, false)).toBe('cut off: KUBE-SVC');
    const behind = itemOf(rules, 'shop/lb-local-none');
    expect(describeEndpoints(behind)).toBe('?');
    const { notes, notProgrammed } = annotateServices(listServices(rules), rules);
    expect(notes[0]?.text).toMatch(
      /^the dump breaks off at iptables-save.txt:872: what table nat held behind it/,
    );
    expect(notProgrammed.filter(({ family }) => family === 'ipv4')).toEqual([]);
  });
});

describe('a namespace without rules', () => {
  it('is told apart: unknown to the capture, or without Services in the rules', async () => {
    const { out, err, status } = await run(['services', '--demo', '-n', 'nosuch']);
    expect(status).toBe(0);
    expect(out).toBe('No Service of namespace nosuch is programmed in these rules.\n');
    expect(err).toMatch(
      /the capture has no namespace nosuch; the rules have Services of a-namespace.*, default, kube-system, shop/,
    );
    const demo = await readFixture('demo');
    const cluster = { ...demo.cluster, services: [serviceOf({ namespace: 'idle' })] };
    const problems = new ProblemList();
    describeNamespace('idle', listServices(demo), cluster, problems);
    describeNamespace('x', [], known('').cluster, problems);
    expect(toldAll(problems.list())).toMatchObject([
      { code: 'no-service-in-namespace' },
      { code: 'no-such-namespace', message: 'the rules name no Service of namespace x' },
    ]);
  });
});

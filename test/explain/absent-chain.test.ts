import { describe, expect, it } from 'vitest';
import { describeAbsence, describeChain } from '../../src/explain/describe-chain.ts';
import { listServices } from '../../src/explain/list-services.ts';
import { run } from '../cli/run-main.ts';
import { known, readFixture, serviceOf } from './services-fixture.ts';

describe('a chain that does not exist', () => {
  it('of a Service without endpoints: the rules that refuse stand for it', async () => {
    const { out, status } = await run(['chain', 'shop/empty', '--demo']);
    expect(status).toBe(1);
    expect(out).toMatch(
      /^No chain shop\/empty: shop\/empty has no chain: for a Service port without endpoints .* refuses instead:\n/,
    );
    expect(out).toMatch(
      /filter KUBE-SERVICES rule \d+, line \d+: .*shop\/empty:http has no endpoints.* -j REJECT/,
    );
    expect(out).toContain('shop/empty:dns has no endpoints');
  });

  it('of one port of it: only that port’s rule', async () => {
    const demo = await readFixture('demo');
    for (const port of ['http', '80']) {
      expect(
        describeAbsence(`shop/empty:${port}`, demo)?.rules.map(({ text }) => /shop\/\S+/.exec(text)?.[0]),
      ).toEqual(['shop/empty:http']);
    }
  });

  it('is called by the name that its hash tells, where the API knows it', () => {
    const cluster = { services: [serviceOf({ namespace: 'ns1', name: 'svc1' })] };
    const given = known('*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n', cluster);
    expect(describeAbsence('KUBE-SVC-AQI2S6QIMU7PVVRP', given)?.text).toBe(
      'by its hash this would be a chain of ns1/svc1; ns1/svc1 is in the API, but no iptables rule is for it',
    );
  });

  it('has its callers named, where rules jump to it', async () => {
    const rules = known(
      '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -j NOSUCH\n-A FORWARD -g nosuch2\nCOMMIT\n',
    );
    expect(describeAbsence('NOSUCH', rules)).toEqual({
      text: 'it does not exist in table filter of this capture, but rules lead to it; a kernel takes no such rule, so the dump was changed or is not whole',
      rules: [
        {
          family: 'ipv4',
          backend: 'iptables-nft',
          table: 'filter',
          chain: 'FORWARD',
          rule: 1,
          file: 'rules.txt',
          line: 3,
          text: '-A FORWARD -p tcp -j NOSUCH',
        },
      ],
    });
    const { out } = await run(['chain', 'KUBE-SVL-TTO3CLWIB2CZNJXW', '-f', 'fixtures/k3s-echo']);
    expect(out).toMatch(
      /of this capture, but rules lead to it: the capture lacks the chain:\n {2}nat KUBE-EXT-TTO3CLWIB2CZNJXW rule 4/,
    );
  });

  it('is no chain where the word is a target', () => {
    const rules = known('*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -j DROP\nCOMMIT\n');
    expect(describeAbsence('DROP', rules)).toBeNull();
  });

  it('of a Service whose chains the capture lacks: who leads to them', async () => {
    const { out } = await run(['chain', 'kube-system/metrics-server', '-f', 'fixtures/k3s-echo']);
    expect(out).toMatch(
      /rules lead to KUBE-SVC-Z4ANX4WAEWEBLCTM of kube-system\/metrics-server, which the capture lacks/,
    );
    expect(out).toContain('nat KUBE-SERVICES rule ');
  });

  it.each([
    [serviceOf({ clusterIPs: [] }), 'shop/web is headless: kube-proxy writes no rules for it'],
    [serviceOf({ type: 'ExternalName' }), 'shop/web is an ExternalName Service, a DNS alias without rules'],
    [serviceOf({}), 'shop/web is in the API, but no iptables rule is for it'],
  ])('of a Service of the API without rules: why', (service, text) => {
    expect(
      describeAbsence('shop/web', known('*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n', { services: [service] })),
    ).toEqual({
      text,
      rules: [],
    });
    expect(describeAbsence('shop/other', known('*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n'))).toBeNull();
  });
});

describe('a Service that has no chains because of kube-proxy’s mode, or no such port', () => {
  it('is named by its userspace rules', async () => {
    const { out } = await run(['chain', 'shop/web', '-f', 'fixtures/iptables/userspace-legacy-save.txt']);
    expect(out).toMatch(
      /kube-proxy in userspace mode writes rules that lead to a port of its own instead:\n/,
    );
    expect(out).toMatch(/nat KUBE-PORTALS-HOST rule \d+, line \d+: .*shop\/web/);
  });

  it('is told the ports it has', async () => {
    const demo = await readFixture('demo');
    expect(describeAbsence('shop/empty:443', demo)?.text).toBe(
      'shop/empty has no port 443 in the API; it has http (80), dns (53)',
    );
  });
});

describe('an endpoint chain that was changed', () => {
  const wrong = (dump: string) =>
    dump.replace(/(KUBE-SEP-FBUQD36J3XDXJWPV .*--to-destination 10\.244\.1\.11:)8080/, '$18081');

  it.each(['with the API', 'by its comment'])('is told by the hash in its name, %s', async (how) => {
    const whole = await readFixture('demo', wrong);
    const rules = how === 'with the API' ? whole : { ...known(''), rulesets: whole.rulesets };
    const [item] = describeChain('KUBE-SEP-FBUQD36J3XDXJWPV', rules);
    const misdirected = {
      chain: 'KUBE-SEP-FBUQD36J3XDXJWPV',
      to: { address: '10.244.1.11', port: 8081 },
      named: { address: '10.244.1.11', port: 8080 },
    };
    expect(item).toMatchObject({ misdirected, service: { name: 'web' } });
    const web = listServices(rules).filter((each) => each.misdirected.length > 0);
    expect(web.map(({ name, misdirected: all }) => [name, all])).toEqual([['web', [misdirected]]]);
  });

  it('and no other is', async () => {
    for (const folder of ['demo', 'kube-proxy-1.20-legacy']) {
      const whole = await readFixture(folder);
      for (const rules of [whole, { ...known(''), rulesets: whole.rulesets }])
        expect(listServices(rules).filter((each) => each.misdirected.length > 0)).toEqual([]);
    }
  });
});

describe('a chain of a dump that broke off', () => {
  const dump =
    '*nat\n:PREROUTING ACCEPT [0:0]\n:A - [0:0]\n:B - [0:0]\n:C - [0:0]\n-A PREROUTING -j A\n-A B -j C\n';

  it.each([
    ['A', 'the dump breaks off at rules.txt:7: rules that jump here may be missing'],
    ['B', 'the dump breaks off at rules.txt:7: rules at the end of this chain may be missing'],
    ['C', 'the dump breaks off at rules.txt:7: whatever rules this chain has are missing'],
  ])('%s says what may be missing', (name, cut) => {
    const [item] = describeChain(name, known(dump));
    expect(item?.cut).toBe(cut);
    expect(item?.reach).not.toBe('dead');
  });

  it('says so in the text', async () => {
    const { out } = await run(['chain', 'B', '-f', '-'], { stdin: dump });
    expect(out).toContain(
      'But the dump breaks off at stdin:7: rules at the end of this chain may be missing.',
    );
    expect(out).toContain('Whether packets come here is not known');
  });
});

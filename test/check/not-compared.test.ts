import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { type Edit, editObjects, insertRules, RULES, withAltered } from '../findings/altered-capture.ts';

/** What `check` says of an altered capture, on one line. */
async function check(
  edits: readonly Edit[],
  removed: readonly string[] = [],
  fixture = 'demo',
  ...more: string[]
) {
  return await withAltered(
    edits,
    async (folder) => {
      for (const file of removed) rmSync(join(folder, file));
      const { status, out } = await run(['check', folder, '--ignore', 'KP101', ...more]);
      return { status, out: out.replaceAll(/\s+/g, ' ') };
    },
    fixture,
  );
}

const RULES6 = 'ip6tables-save.txt';
const NO_IPV4 = 'the IPv4 rules were not captured (iptables-save.txt: `iptables-save -c`)';
const NO_IPV6 = 'the IPv6 rules were not captured (ip6tables-save.txt: `ip6tables-save -c`)';

describe('Is a node whose rules of one family were not captured "ok"?', () => {
  it.each([
    ['the file is empty', [[RULES, (): string => '']], []],
    ['it is none', [[RULES, (): string => '\u0000\u0001\u0002\u007fELF\u0000']], []],
    ['it is not there', [], [RULES]],
  ] as const)('not of IPv4: %s', async (_, edits, removed) => {
    const { status, out } = await check(edits, removed);
    expect(status).toBe(0);
    expect(out).toContain('nothing wrong found in what could be checked');
    expect(out).toContain('note KP130 not everything could be checked: 57 Service ports were not compared');
    expect(out).toContain(
      `4 of 61 Service ports compared with the API, packet by packet; 57 not: ${NO_IPV4}`,
    );
    expect(out).not.toContain('by their chains');
  });

  it('not of IPv6', async () => {
    const { out } = await check([], [RULES6]);
    expect(out).toContain('nothing wrong found in what could be checked');
    expect(out).toContain(
      `57 of 61 Service ports compared with the API, packet by packet; 4 not: ${NO_IPV6}`,
    );
  });

  it('not in IPVS mode', async () => {
    const { out } = await check([], [RULES], 'ipvs');
    expect(out).toContain('nothing wrong found in what could be checked');
    expect(out).toContain(
      `4 of 62 Service ports compared with the API, packet by packet; 58 not: ${NO_IPV4}`,
    );
  });

  it('it is where no Service has an address of the family', async () => {
    const single = editObjects('services.json', ({ spec }) => {
      const own = (spec.clusterIPs as string[] | undefined) ?? [];
      const left = own.filter((address) => !address.includes(':'));
      spec.clusterIPs = left;
      spec.clusterIP = left[0] ?? 'None';
    });
    const { out } = await check([single], [RULES6]);
    expect(out).toContain('57 Service ports compared with the API, packet by packet');
    expect(out).not.toContain('not compared with the API');
  });

  it('JUnit does not tell that the rules were compared', async () => {
    const { out } = await check([], [RULES], 'demo', '-o', 'junit');
    expect(out).toContain(`4 Service ports; 57 not: ${NO_IPV4}`);
    expect(out).toContain('skipped');
  });
});

describe('Is a node "ok" whose list of Services is empty, where its rules hold Services?', () => {
  const NONE: Edit = ['services.json', (): string => '{"apiVersion":"v1","kind":"ServiceList","items":[]}'];
  const NULL: Edit = ['services.json', (): string => '{"apiVersion":"v1","kind":"ServiceList","items":null}'];
  const NO_SLICES: Edit = [
    'endpointslices.json',
    () => '{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSliceList","items":[]}',
  ];

  it.each([
    ['no item', [NONE]],
    ['null', [NULL]],
    ['no item, and no EndpointSlices', [NONE, NO_SLICES]],
  ] as const)('no, every cluster has one: %s', async (_, edits) => {
    const { status, out } = await check(edits);
    expect(status).toBe(0);
    expect(out).toContain('nothing wrong found in what could be checked');
    expect(out).toContain(
      'rules not compared with the API: the list of Services is empty, and every cluster has',
    );
    expect(out).not.toContain('0 Service ports');
  });
});

describe('Is a Service port compared whose packets go who knows where?', () => {
  it('not where a set that was not captured decides: it is named, once', async () => {
    const rule = '-m set --match-set FOO dst -j DNAT --to-destination 10.1.1.1';
    const { status, out } = await check([insertRules('nat', 'PREROUTING', rule)]);
    expect(status).toBe(0);
    expect(out).toContain('nothing wrong found in what could be checked');
    expect(out).toContain(
      '4 of 61 Service ports compared with the API, packet by packet; 57 not: where packets go is open: the members of set FOO were not captured',
    );
  });

  it('it is where a rate decides, which differs from packet to packet', async () => {
    const { out } = await check([insertRules('filter', 'FORWARD', '-m limit --limit 1/sec -j DROP')]);
    expect(out).toContain('61 Service ports compared with the API, packet by packet');
  });
});

import { describe, expect, it } from 'vitest';
import { isListing, type ListingHints, parseListing } from '../../src/iptables/listing/parse-listing.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { KNOWN_CHAINS } from '../../src/proxy/known-chains.ts';

const COLUMNS = 'target     prot opt source               destination         ';

function chain(name: string, head: string, ...rules: string[]): string {
  return [`Chain ${name} (${head})`, COLUMNS, ...rules, '', ''].join('\n');
}

function parse(text: string, hints: ListingHints = {}) {
  const problems = new ProblemList();
  const rulesets = parseListing(
    { name: 'x', bytes: Buffer.from(text) },
    { chains: KNOWN_CHAINS, ...hints },
    problems,
  );
  const tables = rulesets.map((one) => [
    one.family,
    ...[...one.tables].map(([name, table]) => `${name}: ${[...table.chains.keys()].join(' ')}`),
  ]);
  return { rulesets, tables, codes: problems.list().map((problem) => problem.code) };
}

const ANY = '0.0.0.0/0            0.0.0.0/0';
const builtIn = (...names: string[]): string => names.map((name) => chain(name, 'policy ACCEPT')).join('');

describe('which text is a listing', () => {
  it('has chain heads or column names', () => {
    expect(isListing('Chain INPUT (policy ACCEPT)\n')).toBe(true);
    expect(isListing('$ iptables -L\nChain KUBE-X (0 references)\n')).toBe(true);
    expect(isListing(' pkts bytes target     prot opt in     out     source               destination')).toBe(
      true,
    );
    expect(isListing('*nat\n:PREROUTING ACCEPT [0:0]\n')).toBe(false);
    expect(isListing('')).toBe(false);
  });
});

describe('which table a chain is of', () => {
  it('shows in the built-in chains, and a name that comes again starts the next table', () => {
    const text =
      builtIn('PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING') +
      chain('KUBE-SERVICES', '2 references', `KUBE-SVC-AAAAAAAAAAAAAAAA  6    --  ${ANY}`) +
      builtIn('INPUT', 'FORWARD', 'OUTPUT') +
      chain(
        'KUBE-SERVICES',
        '2 references',
        `REJECT     6    --  ${ANY}            reject-with icmp-port-unreachable`,
      ) +
      builtIn('PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING') +
      builtIn('PREROUTING', 'OUTPUT');
    expect(parse(text, { family: 'ipv4' }).tables).toEqual([
      [
        'ipv4',
        'nat: PREROUTING INPUT OUTPUT POSTROUTING KUBE-SERVICES',
        'filter: INPUT FORWARD OUTPUT KUBE-SERVICES',
        'mangle: PREROUTING INPUT FORWARD OUTPUT POSTROUTING',
        'raw: PREROUTING OUTPUT',
      ],
    ]);
  });

  it('shows in the targets of a single chain', () => {
    expect(parse(chain('X', '1 references', `MASQUERADE  0    --  ${ANY}`)).tables).toEqual([
      ['ipv4', 'nat: X'],
    ]);
    expect(parse(chain('X', '1 references', `DROP       0    --  ${ANY}`)).tables).toEqual([
      ['ipv4', 'filter: X'],
    ]);
    expect(
      parse(chain('OUTPUT', 'policy ACCEPT', `KUBE-SERVICES  0    --  ${ANY}            ctstate NEW`)).tables,
    ).toEqual([['ipv4', 'filter: OUTPUT']]);
    expect(parse(chain('OUTPUT', 'policy ACCEPT', `KUBE-SERVICES  0    --  ${ANY}`)).tables).toEqual([
      ['ipv4', 'nat: OUTPUT'],
    ]);
  });

  it('is told by the hint, unless the listing contradicts it, and every assumption is stated', () => {
    const text = chain('X', '1 references', `ACCEPT     0    --  ${ANY}`);
    expect(parse(text, { table: 'security' })).toMatchObject({
      tables: [['ipv4', 'security: X']],
      codes: [],
    });
    expect(parse(text).codes).toEqual(['table-assumed']);
    const nat = chain('POSTROUTING', 'policy ACCEPT', `MASQUERADE  0    --  ${ANY}`);
    expect(parse(nat, { table: 'filter' })).toMatchObject({
      tables: [['ipv4', 'nat: POSTROUTING']],
      codes: ['table-assumed'],
    });
  });

  it('is told by the command that was pasted with the listing', () => {
    const text = [
      '# ip6tables -t mangle -nvL OUTPUT',
      chain('OUTPUT', 'policy ACCEPT', `ACCEPT     0    --  ::/0                 ::/0`),
      '$ sudo iptables-legacy -t nat -L',
      chain('OUTPUT', 'policy ACCEPT', `ACCEPT     0    --  ${ANY}`),
    ].join('\n');
    const { rulesets, tables, codes } = parse(text);
    expect(tables).toEqual([
      ['ipv4', 'nat: OUTPUT'],
      ['ipv6', 'mangle: OUTPUT'],
    ]);
    expect(rulesets[0]).toMatchObject({ backend: 'iptables-legacy', backendAssumed: false });
    expect(codes).toEqual([]);
  });
});

describe('several outputs in one file', () => {
  it('are told apart by family', () => {
    const v4 = chain('INPUT', 'policy ACCEPT', 'ACCEPT     all  --  10.0.0.0/8           anywhere');
    const v6 = chain('INPUT', 'policy DROP', 'ACCEPT     all  --  anywhere             fd00::1');
    expect(parse(v4 + v6).tables).toEqual([
      ['ipv4', 'filter: INPUT'],
      ['ipv6', 'filter: INPUT'],
    ]);
    expect(parse(chain('INPUT', 'policy DROP', 'ACCEPT  all  --  anywhere  anywhere')).codes).toContain(
      'family-assumed',
    );
  });

  it('may list a chain twice: the same is no problem, another is', () => {
    const one = chain(
      'KUBE-SEP-AAAAAAAAAAAAAAAA',
      '1 references',
      `DNAT       6    --  ${ANY}            to:10.0.0.1:80`,
    );
    expect(parse(one + one).codes).not.toContain('duplicate-chain');
    const { rulesets, codes } = parse(one + one.replace('10.0.0.1', '10.0.0.2'));
    expect(codes).toContain('duplicate-chain');
    const kept = rulesets[0]?.tables.get('nat')?.chains.get('KUBE-SEP-AAAAAAAAAAAAAAAA')?.rules.at(0).target;
    expect(kept).toMatchObject({ kind: 'dnat', to: { from: 0x0a000002n } });
  });

  it('hold remarks of iptables-nft, which say what the listing does not show', () => {
    const remark = '# Warning: iptables-legacy tables present, use iptables-legacy to see them\n';
    const { rulesets, codes } = parse(remark + builtIn('INPUT', 'FORWARD', 'OUTPUT'), {
      family: 'ipv4',
      table: 'filter',
    });
    expect(codes).toEqual(['legacy-tables-present']);
    expect(rulesets[0]).toMatchObject({ backend: 'iptables-nft', backendAssumed: false });
  });
});

describe('odd input', () => {
  it('gives no ruleset for an empty file', () => {
    expect(parse('').rulesets).toEqual([]);
  });

  it('never throws on damaged or cut bytes', () => {
    const good = chain(
      'KUBE-SVC-AAAAAAAAAAAAAAAA',
      '2 references',
      `KUBE-MARK-MASQ  6    -- !10.244.0.0/16        10.96.0.1            /* a/b cluster IP */ tcp dpt:80`,
      `KUBE-SEP-AAAAAAAAAAAAAAAA  0    --  ${ANY}            /* x */ statistic mode random probability 0.50000000000`,
      `DNAT       6    --  ${ANY}            /* a/b */ recent: SET name: X side: source mask: 255.255.255.255 tcp to:10.0.0.1:80`,
    );
    let seed = 7;
    const random = (limit: number): number => {
      seed = (seed * 1103515245 + 12345) % 0x80000000;
      return seed % limit;
    };
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(good);
      for (let hit = 0; hit <= random(6); hit++) {
        const at = 160 + random(bytes.length - 160);
        if (bytes[at] !== 10) bytes[at] = random(256) === 10 ? 0 : random(256);
      }
      const text = bytes.subarray(0, round % 3 === 0 ? random(bytes.length) : bytes.length);
      expect(() =>
        parseListing({ name: 'x', bytes: text }, { chains: KNOWN_CHAINS }, new ProblemList()),
      ).not.toThrow();
    }
  });
});

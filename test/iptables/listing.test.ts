import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ListingHints, parseListing } from '../../src/iptables/listing/parse-listing.ts';
import type { Match } from '../../src/iptables/match.ts';
import type { Chain, Rule, Ruleset } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { KNOWN_CHAINS } from '../../src/proxy/known-chains.ts';

const fixture = (path: string): Buffer => readFileSync(new URL(`../../fixtures/${path}`, import.meta.url));

function parse(text: string | Buffer, hints: ListingHints = {}) {
  const problems = new ProblemList();
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const rulesets = parseListing({ name: 'listing.txt', bytes }, { chains: KNOWN_CHAINS, ...hints }, problems);
  return { rulesets, problems: problems.list(), codes: problems.list().map((problem) => problem.code) };
}

function rulesOf(rulesets: readonly Ruleset[]): Rule[] {
  const chains: Chain[] = rulesets.flatMap((ruleset) =>
    [...ruleset.tables.values()].flatMap((table) => [...table.chains.values()]),
  );
  return chains.flatMap((chain) => [...chain.rules.towards(null)].map((index) => chain.rules.at(index)));
}

/** The rules of one chain whose lines are given, under the column names of `iptables -L -n`. */
function ruleOf(line: string, chain = 'CHECKS'): Rule {
  const text = `Chain ${chain} (1 references)\ntarget     prot opt source               destination         \n${line}\n`;
  const [rule] = rulesOf(parse(text, { family: 'ipv4', table: 'filter' }).rulesets);
  if (rule === undefined) throw new Error('no rule');
  return rule;
}

const kinds = (rule: Rule): string[] => rule.matches.map((match) => match.kind);
const lostOf = (rule: Rule): string[] =>
  rule.matches.flatMap((match) => (match.kind === 'lost' ? [match.what] : []));

describe('a listing and a save of the same rules', () => {
  const files = ['ipv4-filter', 'ipv4-nat', 'ipv6-filter'];

  it.each(files)('say the same with -n -v: %s', (name) => {
    const save = rulesOf(saveOf(name));
    const { rulesets, codes } = parse(fixture(`listings/${name}-L-n-v-line-numbers.txt`));
    expect(codes).toEqual(['table-assumed']);
    expect(rulesOf(rulesets).map(meaning)).toEqual(save.map(meaning));
  });

  it.each(files)('say the same without -v, but for interfaces, which are lost: %s', (name) => {
    const save = rulesOf(saveOf(name));
    for (const form of ['L-n', 'L']) {
      const listed = rulesOf(parse(fixture(`listings/${name}-${form}.txt`)).rulesets);
      expect(listed.every((rule) => lostOf(rule).join() === 'interfaces')).toBe(true);
      const known = listed.map(meaning);
      expect(known.map(withoutNames)).toEqual(
        save.map((rule) => withoutNames(meaning({ ...rule, matches: rule.matches.filter(notInterface) }))),
      );
    }
  });

  function saveOf(name: string): Ruleset[] {
    const source = { name, bytes: fixture(`listings/${name}-save.txt`) };
    return parseSave(source, { family: name.startsWith('ipv6') ? 'ipv6' : 'ipv4' }, new ProblemList());
  }

  const notInterface = (match: Match): boolean =>
    match.kind !== 'in-interface' && match.kind !== 'out-interface';

  /** What the kernel is asked, without the order of extensions and without texts that only repeat the spelling. */
  function meaning({ matches, target }: Rule): { matches: string[]; target: string } {
    const known = matches.filter((match) => match.kind !== 'lost');
    return {
      matches: known.map((match) => spell(match.kind === 'opaque' ? { ...match, text: '' } : match)).sort(),
      target: spell(target !== null && 'text' in target ? { ...target, text: '' } : target),
    };
  }

  /** Without -n users are printed by name. */
  function withoutNames(rule: { matches: string[]; target: string }) {
    return { ...rule, matches: rule.matches.filter((match) => !match.includes('"owner-')) };
  }

  function spell(value: unknown): string {
    // A listing does not print where one `-m conntrack` ends and the next begins.
    return JSON.stringify(value, (key, inner: unknown) =>
      key === 'besideState' ? undefined : typeof inner === 'bigint' ? inner.toString(16) : inner,
    );
  }
});

describe('published listings of k3s nodes', () => {
  it('are read in full although ports and addresses are names', () => {
    const { rulesets, codes } = parse(fixture('k3s-echo/iptables-nat-L.txt'));
    expect(codes).toEqual(['table-assumed', 'name-read-as-address']);
    expect(rulesets).toHaveLength(1);
    expect(rulesets[0]).toMatchObject({ family: 'ipv4', form: 'table-listing', backendAssumed: true });
    const services = rulesets[0]?.tables.get('nat')?.chains.get('KUBE-SERVICES');
    expect(services?.rules.at(3).matches).toMatchObject([
      { kind: 'destination', prefix: parsePrefix('10.43.209.114') },
      { kind: 'protocol', number: 6 },
      { kind: 'comment', text: 'default/echo-np cluster IP' },
      { kind: 'destination-port', ports: { from: 8711, to: 8711 } },
    ]);
    const service = rulesets[0]?.tables.get('nat')?.chains.get('KUBE-SVC-HV6DMF63W6MGLRDE');
    expect(service?.rules.at(0).matches[0]).toEqual({
      kind: 'source',
      negated: true,
      prefix: parsePrefix('10.42.0.0/16'),
    });
  });

  it('lose no interface where kube-proxy wrote the rule, but do where a CNI plugin did', () => {
    const { rulesets } = parse(fixture('k3s-ngx/iptables-nat-L.txt'));
    const chains = rulesets[0]?.tables.get('nat')?.chains;
    const prerouting = chains?.get('PREROUTING');
    expect(prerouting?.policy).toBe('ACCEPT');
    expect([0, 1, 2].map((index) => prerouting && lostOf(prerouting.rules.at(index)))).toEqual([
      [],
      ['interfaces'],
      ['interfaces'],
    ]);
    const kube = rulesOf(rulesets).filter((rule) => rule.chain.startsWith('KUBE-'));
    expect(kube.flatMap(lostOf)).toEqual([]);
  });
});

describe('what a listing lost', () => {
  it('is an address where a host name is not the spelling of one', () => {
    expect(lostOf(ruleOf('ACCEPT     all  --  www.example.com      !db.example.com'))).toEqual([
      'address',
      'address',
      'interfaces',
    ]);
  });

  it('is a port where a service name is unknown or means different ports on different systems', () => {
    expect(lostOf(ruleOf('ACCEPT  tcp  --  anywhere  anywhere  tcp spt:https dpt:http-alt'))).toEqual([
      'port',
      'interfaces',
    ]);
    expect(lostOf(ruleOf('ACCEPT  tcp  --  anywhere  anywhere  multiport dports http,who-knows'))).toContain(
      'port',
    );
  });

  it('is nothing where the name spells the address', () => {
    for (const name of ['ip-10-0-0-7', 'ip-10-0-0-7.ec2.internal', '10-0-0-7.web.shop.svc.cluster.local']) {
      expect(ruleOf(`ACCEPT  all  --  ${name}  anywhere`).matches[0]).toMatchObject({
        kind: 'source',
        prefix: parsePrefix('10.0.0.7'),
      });
    }
    expect(lostOf(ruleOf('ACCEPT  all  --  ip-10-0-0-700  anywhere'))).toContain('address');
    expect(lostOf(ruleOf('ACCEPT  all  --  ip-10-0-0-7.evil.example  anywhere'))).toContain('address');
  });
});

describe('columns', () => {
  it('may have no target: the protocol comes first then', () => {
    expect(ruleOf('           tcp  --  anywhere             10.0.0.1')).toMatchObject({ target: null });
    expect(ruleOf('tcp -- anywhere 10.0.0.1')).toMatchObject({ target: null });
  });

  it('may have no options, as ip6tables left them blank', () => {
    const text = [
      'Chain INPUT (policy DROP)',
      'target     prot opt source               destination         ',
      'ACCEPT     tcp      fd00::/64            !::1                 tcp dpt:22',
      '           udp      ::/0                 ::/0                 udp dpt:53',
    ].join('\n');
    const { rulesets } = parse(text);
    expect(rulesets[0]?.family).toBe('ipv6');
    const [first, second] = rulesOf(rulesets);
    expect(first?.matches.slice(0, 2)).toMatchObject([
      { prefix: parsePrefix('fd00::/64') },
      { negated: true },
    ]);
    expect(second).toMatchObject({
      target: null,
      matches: [{ number: 17 }, { kind: 'destination-port' }, {}],
    });
  });

  it('hold counters with suffixes, and interfaces with -v', () => {
    const text = [
      'Chain FORWARD (policy DROP 12 packets, 34K bytes)',
      ' pkts bytes target     prot opt in     out     source               destination         ',
      '  12K  345M ACCEPT     !tcp -f  !eth0  cali+   0.0.0.0/0            10.0.0.0/8',
    ].join('\n');
    const { rulesets } = parse(text, { table: 'filter' });
    const chain = rulesets[0]?.tables.get('filter')?.chains.get('FORWARD');
    expect(chain).toMatchObject({ policy: 'DROP', counters: { packets: 12, bytes: 34_000 }, line: 1 });
    expect(chain?.rules.at(0)).toMatchObject({
      number: 1,
      line: 3,
      counters: { packets: 12_000, bytes: 345_000_000 },
      matches: [
        { kind: 'destination' },
        { kind: 'in-interface', name: 'eth0', negated: true },
        { kind: 'out-interface', name: 'cali+', negated: false },
        { kind: 'protocol', number: 6, negated: true },
        { kind: 'fragment', negated: false },
      ],
    });
  });

  it('keep a protocol that no table names, without a number', () => {
    expect(ruleOf('ACCEPT  frobnicate  --  anywhere  anywhere').matches[0]).toEqual({
      kind: 'protocol',
      negated: false,
      number: null,
      name: 'frobnicate',
    });
  });
});

describe('targets', () => {
  const target = (line: string) => ruleOf(line).target;

  it('read every spelling of MARK as (mark & ~mask) ^ value, unsigned', () => {
    const mark = (text: string) => target(`MARK  all  --  anywhere  anywhere  MARK ${text}`);
    expect(mark('or 0x80000000')).toEqual({ kind: 'mark', value: 0x80000000, mask: 0x80000000 });
    expect(mark('and 0xfff')).toEqual({ kind: 'mark', value: 0, mask: 0xfffff000 });
    expect(mark('xor 0x4000')).toEqual({ kind: 'mark', value: 0x4000, mask: 0 });
    expect(mark('set 0x10')).toEqual({ kind: 'mark', value: 0x10, mask: 0xffffffff });
    expect(mark('xset 0x4000/0x0')).toEqual({ kind: 'mark', value: 0x4000, mask: 0 });
  });

  it('read the ~ of CONNMARK as no complement, since iptables prints the mask itself', () => {
    expect(
      target('CONNMARK  all  --  anywhere  anywhere  CONNMARK restore ctmask 0xf0 nfmask ~0x80'),
    ).toEqual({
      kind: 'connmark-restore',
      nfmask: 0x80,
      ctmask: 0xf0,
    });
  });

  it('are unrecognised where what they must print is missing or damaged', () => {
    for (const line of [
      'DNAT  tcp  --  anywhere  anywhere  tcp',
      'MARK  all  --  anywhere  anywhere  MARK nand 0x1',
      'REJECT  all  --  anywhere  anywhere  reject-w',
    ]) {
      expect(target(line)?.kind).toBe('unrecognised');
    }
  });

  it('stay jumps where the chain is not in the listing', () => {
    expect(target('KUBE-SVC-XXXXXXXXXXXXXXXX  all  --  anywhere  anywhere')).toEqual({
      kind: 'jump',
      chain: 'KUBE-SVC-XXXXXXXXXXXXXXXX',
    });
    expect(target('OTHER  all  --  anywhere  anywhere  [goto]  /* x */')).toEqual({
      kind: 'goto',
      chain: 'OTHER',
    });
  });
});

describe('text that is not understood', () => {
  it('becomes a match that is unknown, never one that is dropped', () => {
    const rule = ruleOf('ACCEPT  tcp  --  anywhere  anywhere  tcp dpt:80 ipp2p --kazaa mark match 0x1');
    expect(kinds(rule)).toEqual(['protocol', 'destination-port', 'unrecognised', 'mark', 'lost']);
    expect(rule.matches[2]).toMatchObject({ text: 'ipp2p --kazaa' });
  });

  it('does not hide inside a comment, nor does a comment end too early', () => {
    const rule = ruleOf(
      'ACCEPT  all  --  anywhere  anywhere  /* has */ in /* it, dpt:80 */ mark match ! 0x1/0x1',
    );
    expect(rule.matches.slice(0, 2)).toMatchObject([
      { kind: 'comment', text: 'has */ in /* it, dpt:80' },
      { kind: 'mark', negated: true },
    ]);
    const cut = ruleOf('ACCEPT  all  --  anywhere  anywhere  /* breaks of');
    expect(kinds(cut)).toEqual(['unrecognised', 'lost']);
  });

  it('is a whole line that still stands in its chain as a rule of which nothing is known', () => {
    const text = [
      'Chain INPUT (policy ACCEPT)',
      'num   pkts bytes target     prot opt in     out     source               destination         ',
      '1        0     0 ACCEPT     6    --  *  Warning: cannot open /etc/xtables/connlabel.conf',
      '2        0     0 DR',
    ].join('\n');
    const { rulesets, codes } = parse(text, { family: 'ipv4' });
    expect(codes.filter((code) => code === 'unreadable-line')).toHaveLength(2);
    expect(rulesOf(rulesets).map((rule) => [rule.number, kinds(rule), rule.target?.kind])).toEqual([
      [1, ['unrecognised'], 'unrecognised'],
      [2, ['unrecognised'], 'unrecognised'],
    ]);
  });

  it('is a gap in the line numbers, which stands for the rules that are missing', () => {
    const text = [
      'Chain KUBE-SERVICES (2 references)',
      'num  target     prot opt source               destination         ',
      '2    KUBE-NODEPORTS  all  --  anywhere             anywhere             ADDRTYPE match dst-type LOCAL',
    ].join('\n');
    const { rulesets, codes } = parse(text, { family: 'ipv4', table: 'nat' });
    expect(codes).toEqual(['missing-rules']);
    expect(rulesOf(rulesets).map((rule) => [rule.number, kinds(rule)])).toEqual([
      [1, ['unrecognised']],
      [2, ['addrtype']],
    ]);
  });

  it('is a second rule on the same line, which stands as one of which nothing is known', () => {
    const text = [
      'Chain POSTROUTING (policy ACCEPT)',
      'target     prot opt source               destination',
      'A  all  --  0.0.0.0/0  0.0.0.0/0  mark match 0x1107/0x1107        KILO-NAT   all  --  10.42.0.0/24         0.0.0.0/0',
      'B  all  --  0.0.0.0/0  0.0.0.0/0',
    ].join('\n');
    const rules = rulesOf(parse(text, { table: 'nat' }).rulesets);
    expect(
      rules.map((rule) => [rule.number, kinds(rule).includes('unrecognised'), rule.target?.kind]),
    ).toEqual([
      [1, true, 'jump'],
      [2, true, 'unrecognised'],
      [3, false, 'jump'],
    ]);
  });

  it('is no part of a chain where it is the prompt or the fence around a pasted listing', () => {
    const text = [
      '```bash',
      'me@node-1:~$ sudo iptables -t nat -L KUBE-MARK-MASQ -n',
      'Chain KUBE-MARK-MASQ (3 references)',
      'target     prot opt source               destination',
      'MARK       all  --  0.0.0.0/0            0.0.0.0/0            MARK or 0x4000',
      'me@node-1:~$ kubectl get pods',
      '```',
    ].join('\n');
    const { rulesets, codes } = parse(text);
    expect(codes).toEqual([]);
    expect(rulesOf(rulesets)).toHaveLength(1);
  });

  it('is a chain that breaks off behind its head', () => {
    const { rulesets, codes } = parse('Chain KUBE-SVC-XXXXXXXXXXXXXXXX (1 refe', {
      family: 'ipv4',
      table: 'nat',
    });
    expect(codes).toContain('unreadable-line');
    expect(rulesOf(rulesets)[0]?.target?.kind).toBe('unrecognised');
  });
});

describe('a row that is not spelt with plain blanks', () => {
  const ANY = '0.0.0.0/0            0.0.0.0/0           ';

  it.each(['\u00a0', '\v', '\f', '\u3000', '\ufeff', '\u2028', '\r'])(
    'says what it says with spaces, where %j stands for them',
    (blank) => {
      const line = `DROP       tcp  --  ${ANY} /* a b */ tcp dpt:80 ctstate NEW`;
      const meant = ({ matches, target }: Rule) => ({ matches, target });
      expect(meant(ruleOf(line.replaceAll(' ', blank)))).toEqual(meant(ruleOf(line)));
      expect(meant(ruleOf(line.replace(' tcp dpt', `${blank}tcp dpt`)))).toEqual(meant(ruleOf(line)));
    },
  );

  it('ends where something that is no blank and no word stands alone', () => {
    expect(kinds(ruleOf(`DROP       all  --  ${ANY} \u0085 \0 \u200b x`))).toContain('unrecognised');
  });
});

describe('a row of 16 KB', () => {
  const head = 'DROP       all  --  0.0.0.0/0            0.0.0.0/0            ';

  it('may hold 2,000 comments', () => {
    const rule = ruleOf(`${head}${'/* a */ '.repeat(2_000)}tcp dpt:80`);
    expect(kinds(rule).filter((kind) => kind === 'comment')).toHaveLength(2_000);
    expect(kinds(rule).at(-2)).toBe('destination-port');
    expect(rule.target).toEqual({ kind: 'drop' });
  });

  it.each(['/* a */ ', '*/ ', '/* ', '/* */ */ ', 'x ', '! ', 'multiport dports ', 'mark match '])(
    'is read in time where it says %j again and again',
    (text) => {
      const start = performance.now();
      ruleOf(head + text.repeat(Math.ceil(16_384 / text.length)));
      expect(performance.now() - start).toBeLessThan(1_000);
    },
  );
});

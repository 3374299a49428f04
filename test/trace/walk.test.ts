import { describe, expect, it } from 'vitest';
import { ask, only, pathOf } from './ask.ts';

const filter = (rules: string): string => `*filter\n:FORWARD ACCEPT\n${rules}`;

describe('In which order are rules asked?', () => {
  it('a jump comes back, a chain without verdict too, a goto does not', () => {
    const trace = ask(
      filter(`
        :A -
        :B -
        :C -
        -A FORWARD -j A
        -A FORWARD -j DROP
        -A A -g B
        -A A -j ACCEPT
        -A B -j C
        -A B -p udp -j ACCEPT
        -A C -p udp -j ACCEPT`),
    );
    expect(pathOf(only(trace))).toEqual(['FORWARD 1', 'A 1', 'B 1', 'C end', 'B end', 'FORWARD 2']);
    expect(only(trace).verdict).toBe('drop');
  });
  it('RETURN leaves a user chain, and ends a built-in one with its policy', () => {
    const trace = ask(
      `*filter
       :FORWARD DROP
       :A -
       -A FORWARD -j A
       -A FORWARD -j RETURN
       -A FORWARD -j ACCEPT
       -A A -j RETURN
       -A A -j ACCEPT`,
    );
    expect(pathOf(only(trace))).toEqual(['FORWARD 1', 'A 1', 'FORWARD 2', 'FORWARD policy']);
    expect(only(trace).verdict).toBe('drop');
  });
  it('RETURN after a goto comes back to the caller of the chain that was left', () => {
    const trace = ask(
      filter(`
        :A -
        :B -
        -A FORWARD -j A
        -A FORWARD -j DROP
        -A A -g B
        -A B -j RETURN`),
    );
    expect(pathOf(only(trace))).toEqual(['FORWARD 1', 'A 1', 'B 1', 'FORWARD 2']);
  });
  it('a goto out of a built-in chain ends with that chain’s policy', () => {
    const trace = ask(`*filter\n:FORWARD DROP\n:B -\n-A FORWARD -g B\n-A FORWARD -j ACCEPT\n-A B -j RETURN`);
    expect(pathOf(only(trace))).toEqual(['FORWARD 1', 'B 1', 'FORWARD policy']);
    expect(only(trace).verdict).toBe('drop');
  });
  it('a rule without target, LOG, MARK and the like go on', () => {
    const targets = [
      '',
      '-j LOG',
      '-j MARK --set-xmark 0x1/0x1',
      '-j NFLOG',
      '-j TRACE',
      '-j CHECKSUM --checksum-fill',
    ];
    const trace = ask(
      filter(`${targets.map((target) => `-A FORWARD ${target}`).join('\n')}\n-A FORWARD -j DROP`),
    );
    expect(pathOf(only(trace))).toHaveLength(7);
    expect(only(trace).verdict).toBe('drop');
  });
  it('ACCEPT ends its table only, DROP the packet', () => {
    const trace = ask(
      `*mangle
       :FORWARD ACCEPT
       -A FORWARD -j ACCEPT
       -A FORWARD -j DROP
       *filter
       :FORWARD ACCEPT
       -A FORWARD -j REJECT --reject-with tcp-reset
       *security
       :FORWARD ACCEPT
       -A FORWARD -j DROP`,
    );
    expect(pathOf(only(trace))).toEqual(['FORWARD 1', 'FORWARD 1']);
    expect(only(trace)).toMatchObject({ verdict: 'reject', rejectWith: 'tcp-reset' });
  });
  it('NFQUEUE hands the packet to a program', () => {
    expect(ask(filter('-A FORWARD -j NFQUEUE --queue-num 3')).outcomes.map(({ verdict }) => verdict)).toEqual(
      ['queue', 'drop'],
    );
  });
  it('SYNPROXY takes the connection over: what becomes of it is not told', () => {
    const outcome = only(ask(filter('-A FORWARD -p tcp -j SYNPROXY --sack-perm')));
    expect(outcome).toMatchObject({ verdict: 'unknown', reason: { code: 'synproxy' } });
  });
  it('a target that nobody knows makes the rest unknown', () => {
    const outcome = only(ask(filter('-A FORWARD -j NOSUCHTARGET --x 1\n-A FORWARD -j DROP')));
    expect(outcome.verdict).toBe('unknown');
  });
});

describe('What of rules that no kernel holds?', () => {
  it('a jump to a chain that is missing is unknown, and says what to capture', () => {
    const outcome = only(ask(filter('-A FORWARD -j NOWHERE')));
    expect(outcome).toMatchObject({
      verdict: 'unknown',
      reason: { code: expect.stringMatching(/chain|target/) },
    });
  });
  it.each([
    ['itself', ':A -\n-A FORWARD -j A\n-A A -j A'],
    ['each other by goto', ':A -\n:B -\n-A FORWARD -g A\n-A A -g B\n-A B -g A'],
    ['each other by jump and goto', ':A -\n:B -\n-A FORWARD -j A\n-A A -j B\n-A B -g A'],
  ])('chains that lead back into %s end as unknown', (_, rules) => {
    expect(only(ask(filter(rules)))).toMatchObject({ verdict: 'unknown', reason: { code: 'chain-loop' } });
  });
  it('600 nested chains are walked to the last', () => {
    const chains = Array.from({ length: 600 }, (_, i) => `:N${i} -`);
    const jumps = chains.map((_, i) => `-A N${i} ${i === 599 ? '-j DROP' : `-j N${i + 1}`}`);
    const text = filter([...chains, '-A FORWARD -j N0', ...jumps].join('\n'));
    const outcome = only(ask({ 'iptables-legacy': text }));
    expect(outcome.verdict).toBe('drop');
    expect(outcome.path).toHaveLength(601);
  });
  it('5,000 jumps one after the other are no loop', () => {
    const jumps = Array.from({ length: 5000 }, () => '-A FORWARD -j A').join('\n');
    expect(only(ask(filter(`:A -\n${jumps}\n-A FORWARD -j DROP`))).verdict).toBe('drop');
  });
  it('a built-in chain whose policy the text leaves out lets the packet go on', () => {
    const outcome = only(ask('*filter\n:A -\n-A FORWARD -p udp -j DROP\n-A FORWARD -j RETURN'));
    expect(outcome.verdict).toBe('accept');
  });
});

describe('Which hooks and tables does a packet pass?', () => {
  const every = (tables: Readonly<Record<string, string>>): string =>
    Object.entries(tables)
      .map(([table, hooks]) => {
        const names = hooks.split(' ');
        return [
          `*${table}`,
          ...names.map((hook) => `:${hook} ACCEPT`),
          ...names.map((hook) => `-A ${hook}`),
        ].join('\n');
      })
      .join('\n');
  const all = every({
    raw: 'PREROUTING OUTPUT',
    mangle: 'PREROUTING INPUT FORWARD OUTPUT POSTROUTING',
    nat: 'PREROUTING INPUT OUTPUT POSTROUTING',
    filter: 'INPUT FORWARD OUTPUT',
    security: 'INPUT FORWARD OUTPUT',
  });
  const passed = (
    question: Parameters<typeof ask>[1],
    backend: 'iptables-nft' | 'iptables-legacy' = 'iptables-nft',
  ) =>
    only(ask({ [backend]: all }, question))
      .path.filter(({ step }) => step.rule !== null)
      .map(({ step }) => `${step.table} ${step.chain}`);
  it('one that is forwarded', () => {
    expect(passed({})).toEqual([
      ...['raw PREROUTING', 'mangle PREROUTING', 'nat PREROUTING'],
      ...['mangle FORWARD', 'filter FORWARD', 'security FORWARD'],
      ...['mangle POSTROUTING', 'nat POSTROUTING'],
    ]);
  });
  it('one for the node: nat comes last with legacy, security with nft', () => {
    const question = { to: '192.168.1.1:80' };
    const before = ['raw PREROUTING', 'mangle PREROUTING', 'nat PREROUTING', 'mangle INPUT', 'filter INPUT'];
    expect(passed(question)).toEqual([...before, 'nat INPUT', 'security INPUT']);
    expect(passed(question, 'iptables-legacy')).toEqual([...before, 'security INPUT', 'nat INPUT']);
  });
  it('one of the node', () => {
    expect(passed({ via: null })).toEqual([
      ...['raw OUTPUT', 'mangle OUTPUT', 'nat OUTPUT', 'filter OUTPUT', 'security OUTPUT'],
      ...['mangle POSTROUTING', 'nat POSTROUTING'],
    ]);
  });
  it('one of the node to itself: round through lo, where nat is not asked again', () => {
    expect(passed({ via: null, to: '192.168.1.9:80' })).toEqual([
      ...['raw OUTPUT', 'mangle OUTPUT', 'nat OUTPUT', 'filter OUTPUT', 'security OUTPUT'],
      ...['mangle POSTROUTING', 'nat POSTROUTING'],
      ...['raw PREROUTING', 'mangle PREROUTING', 'mangle INPUT', 'filter INPUT', 'security INPUT'],
    ]);
  });
  it('one that conntrack does not follow, or that belongs to a flow: no nat at all', () => {
    for (const state of ['INVALID', 'UNTRACKED', 'ESTABLISHED'] as const)
      expect(passed({ state }).filter((place) => place.startsWith('nat'))).toEqual([]);
  });
});

describe('Many matches that nobody knows stand behind each other: are all ways told?', () => {
  const unknowns = (count: number): string =>
    Array.from(
      { length: count },
      (_, i) => `-A FORWARD -m what${i} --ever 1 -j MARK --set-xmark 0x${i}/0xff`,
    ).join('\n');
  const ways = (count: number) => ask(`*filter\n:FORWARD ACCEPT [0:0]\n${unknowns(count)}`).outcomes;
  it('of nine all', () => {
    const told = ways(9);
    expect(told.length).toBeGreaterThanOrEqual(512);
    expect(new Set(told.map(({ verdict }) => verdict))).toEqual(new Set(['accept']));
  });
  it('of forty some, and the rest is unknown by name: 2^16 ways took 2.7 GB', () => {
    const told = ways(40);
    expect(told.length).toBeLessThan(1_000);
    expect(told.map(({ reason }) => reason?.code)).toContain('too-many-ways');
  });
});

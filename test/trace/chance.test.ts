import { describe, expect, it } from 'vitest';
import { ask, destinationOf, only, rulesOf, summary, sumsByGiven } from './ask.ts';
import { nodeOf } from './node.ts';

/** A Service as kube-proxy writes it: a chain of dice, and one chain for each endpoint. */
function service(endpoints: number, more: (i: number) => string = () => ''): string {
  const all = Array.from({ length: endpoints }, (_, i) => i);
  const ip = (i: number): string => `10.244.${i >> 8}.${i & 255}`;
  const dice = (i: number): string =>
    i === endpoints - 1
      ? ''
      : `-m statistic --mode random --probability ${(1 / (endpoints - i)).toFixed(11)} `;
  return `*nat
    :PREROUTING ACCEPT
    :SVC -
    ${all.map((i) => `:SEP${i} -`).join('\n')}
    -A PREROUTING -d 10.96.0.1/32 -j SVC
    ${all.map((i) => `-A SVC ${dice(i)}-j SEP${i}`).join('\n')}
    ${all.map((i) => `-A SEP${i} -s ${ip(i)}/32 -j MARK --set-xmark 0x4000/0x4000\n${more(i)}\n-A SEP${i} -p tcp -j DNAT --to-destination ${ip(i)}:80`).join('\n')}`;
}
const TO = { to: '10.96.0.1:80' };

describe('How often does each endpoint get the packet?', () => {
  it('the same for all of 1 to 100, to nine digits', () => {
    for (let n = 1; n <= 100; n++) {
      const { outcomes } = ask(service(n), TO);
      expect(outcomes).toHaveLength(n);
      for (const { probability } of outcomes) expect(probability).toBeCloseTo(1 / n, 8);
      expect(outcomes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
    }
  });
  it('5,000 endpoints in a moment', () => {
    const start = performance.now();
    expect(ask(service(5000), TO).outcomes).toHaveLength(5000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
  it('a negated die is the rest, one of 1 always, one of 0 never', () => {
    const rules = (match: string): string =>
      `*filter\n:FORWARD ACCEPT\n-A FORWARD -m statistic --mode random ${match} -j DROP`;
    const drops = (match: string): number =>
      ask(rules(match)).outcomes.reduce(
        (sum, { verdict, probability }) => sum + (verdict === 'drop' ? probability : 0),
        0,
      );
    expect(drops('--probability 0.25')).toBe(0.25);
    expect(drops('! --probability 0.25')).toBe(0.75);
    expect(drops('--probability 1')).toBe(1);
    expect(drops('--probability 0')).toBe(0);
  });
  it('nth counts what nobody knows: one in so many', () => {
    const rules = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m statistic --mode nth --every 4 --packet 0 -j DROP';
    expect(ask(rules).outcomes.map(summary)).toEqual(['0.25 [] drop', '0.75 [] accept']);
  });
});

describe('Is what comes up after the dice asked before them?', () => {
  it.each([1, 2, 7, 8, 40, 70, 400])(
    'hairpin of %d endpoints, client not known: shares for each condition add up to 1',
    (n) => {
      const trace = ask(service(n), { ...TO, from: '?' });
      expect(new Set(sumsByGiven(trace))).toEqual(new Set([1]));
      const nobody = trace.outcomes.filter(({ given }) =>
        given.every(({ question, held }) => question.code === 'source-address' && !held),
      );
      expect(new Set(nobody.map(destinationOf)).size).toBe(n);
    },
  );
  it('a range of addresses behind one of two endpoints', () => {
    const rules = `*nat
      :PREROUTING ACCEPT
      -A PREROUTING -p tcp -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.244.1.5-10.244.1.7:80
      -A PREROUTING -p tcp -j DNAT --to-destination 10.244.1.9:80`;
    const trace = ask(rules, { ...TO, from: '?' });
    expect(sumsByGiven(trace)).toEqual([1, 1, 1]);
    expect(new Set(trace.outcomes.map(destinationOf)).size).toBe(4);
  });
  it('several next hops behind one of two endpoints', () => {
    const host = nodeOf();
    const [route] = nodeOf({ routes: ['10.50.0.0/16 via 192.168.1.7 dev eth0'] }).routes.ipv4 ?? [];
    if (route === undefined) throw new Error('no route');
    const hop = (value: bigint) => ({
      device: 'eth0',
      gateway: { family: 'ipv4' as const, value },
      weight: 1,
      usable: true,
    });
    const multipath = { ...route, nextHops: [hop(1n), hop(2n)] };
    const trace = ask(
      `*nat
       :PREROUTING ACCEPT
       -A PREROUTING -p tcp -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.50.0.1:80
       -A PREROUTING -p tcp -j DNAT --to-destination 10.244.1.9:80`,
      {
        ...TO,
        host: { ...host, routes: { ...host.routes, ipv4: [multipath, ...(host.routes.ipv4 ?? [])] } },
      },
    );
    expect(sumsByGiven(trace)).toEqual([1, 1]);
  });
  it('a hostile mesh of open questions ends, and what was not followed is unknown', () => {
    const rules = Array.from(
      { length: 300 },
      (_, i) => `-A FORWARD -m statistic --mode random --probability 0.5 -m u32 --u32 "${i}"`,
    );
    const trace = ask(`*filter\n:FORWARD ACCEPT\n${rules.join('\n')}`);
    expect(new Set(sumsByGiven(trace))).toEqual(new Set([1]));
    expect(trace.outcomes.some(({ verdict }) => verdict === 'unknown')).toBe(true);
  }, 120_000);
});

describe('What of lists of recent clients?', () => {
  const affinity = (n: number): string => {
    const lists = Array.from(
      { length: n },
      (_, i) =>
        `-A SVC -m recent --rcheck --seconds 10800 --reap --name L${i} --mask 255.255.255.255 --rsource -j SEP${i}`,
    );
    const set = (i: number): string =>
      `-A SEP${i} -p tcp -m recent --set --name L${i} --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.244.1.${i}:80`;
    return service(n, set).replace('-A SVC ', `${lists.join('\n')}\n-A SVC `);
  };
  it('each list forks, and shares for each condition add up to 1', () => {
    const trace = ask(affinity(3), TO);
    expect(sumsByGiven(trace)).toEqual([1, 1, 1, 1]);
    expect(trace.outcomes).toHaveLength(6);
  });
  it('ways that rest on the same answers have one list of them, and steps passed before the dice one entry', () => {
    const { outcomes } = ask(affinity(30), TO);
    expect(outcomes).toHaveLength(60);
    expect(new Set(outcomes.map(({ given }) => given)).size).toBe(31);
    const fresh = outcomes.filter(({ probability }) => probability < 1);
    expect(new Set(fresh.map(({ path }) => path[0])).size).toBe(1);
  });
  it('a list that was captured without the client is no', () => {
    const host = nodeOf({ host: { recent: new Map([0, 1, 2].map((i) => [`L${i}`, []])) } });
    const trace = ask(affinity(3), { ...TO, host });
    expect(trace.outcomes.map(({ given }) => given)).toEqual([[], [], []]);
  });
  it('a list that is missing in the capture is unknown', () => {
    const host = nodeOf({ host: { recent: new Map([['L0', []]]) } });
    expect(ask(affinity(2), { ...TO, host }).outcomes.some(({ given }) => given.length > 0)).toBe(true);
  });
  const rules = (...options: string[]): string =>
    `*filter\n:FORWARD ACCEPT\n${options.map((option) => `-A FORWARD ${option}`).join('\n')}`;
  it('a rule that entered the packet is remembered, also where it did not match in the end', () => {
    const trace = ask(
      rules(
        '-m recent --set --name a --rsource -m mark --mark 0x1',
        '-m recent --rcheck --name a --rsource -j DROP',
      ),
    );
    expect(only(trace).verdict).toBe('drop');
  });
  it('`! --set` never matches but enters', () => {
    const trace = ask(
      rules(
        '-m recent ! --set --name a --rsource',
        '-m recent --update --seconds 5 --name a --rsource -j DROP',
      ),
    );
    expect(rulesOf(only(trace))).toEqual(['FORWARD 2']);
  });
  it('--remove removes', () => {
    const trace = ask(
      rules(
        '-m recent --set --name a --rsource',
        '-m recent --remove --name a --rsource',
        '-m recent --rcheck --name a --rsource -j DROP',
      ),
    );
    expect(only(trace).verdict).toBe('accept');
  });
  it('a list of sources says nothing of destinations', () => {
    const trace = ask(
      rules('-m recent --set --name a --rsource', '-m recent --rcheck --name a --rdest -j DROP'),
    );
    expect(trace.outcomes).toHaveLength(2);
  });
});

describe('Are equal questions asked once?', () => {
  const limits = (...texts: string[]): number =>
    ask(`*filter\n:FORWARD ACCEPT\n${texts.map((text) => `-A FORWARD ${text}`).join('\n')}`).outcomes.length;
  it('yes, where the answer is one', () =>
    expect(limits('-m length --length 1:2', '-m length --length 1:2')).toBe(2));
  it('no, where each rule has a bucket of its own', () =>
    expect(limits('-m limit --limit 3/min', '-m limit --limit 3/min')).toBe(4));
  it('no, where each rule has a quota of its own', () =>
    expect(limits('-m quota --quota 100', '-m quota --quota 100')).toBe(4));
  it('yes, where both ask what the whole node counts', () => {
    const connlimit = '-m connlimit --connlimit-above 20 --connlimit-mask 32 --connlimit-saddr';
    expect(limits(connlimit, connlimit)).toBe(2);
  });
});

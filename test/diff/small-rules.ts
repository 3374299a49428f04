import fc from 'fast-check';

/** Generates small rule sets of the shapes that kube-proxy and others write, over few addresses, ports and marks. */

const DESTINATIONS = ['10.96.0.1', '10.96.0.2', '192.168.1.1', '10.244.1.5', '8.8.4.4'];
const SOURCES = ['8.8.8.8', '10.244.1.5', '192.168.1.7'];

/** Every value a packet of these tests can have; exhaustive tracing goes through all of them. */
export const VALUES = {
  destinations: DESTINATIONS,
  sources: SOURCES,
  ports: [80, 443],
  sourcePorts: [40000],
  marks: [0, 0x4000],
} as const;

const one = (text: string): fc.Arbitrary<string> => fc.constant(text);
const maybe = (option: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.boolean(), option).map(([given, text]) => (given ? text : ''));
const negatable = (option: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min: 0, max: 4 }), option)
    .map(([not, text]) => (not === 0 ? text.replace(/^(-m \S+ )?/, '$1! ') : text));

const destination = negatable(
  fc.constantFrom(...DESTINATIONS.map((each) => `-d ${each}/32`), '-d 10.96.0.0/16', '-d 10.0.0.0/8'),
);
const source = negatable(
  fc.constantFrom(...SOURCES.map((each) => `-s ${each}/32`), '-s 10.244.0.0/16', '-s 0.0.0.0/1'),
);
const port = fc.constantFrom(
  '-p tcp -m tcp --dport 80',
  '-p tcp -m tcp --dport 443',
  '-p udp -m udp --dport 80',
  '-p tcp -m multiport --dports 80,443',
  '-p tcp -m tcp ! --dport 80',
  '-p tcp -m tcp --dport 1:100',
  '-p tcp',
);
const other = fc.oneof(
  negatable(one('-m mark --mark 0x4000/0x4000')),
  negatable(one('-m addrtype --dst-type LOCAL')),
  negatable(one('-m addrtype --src-type LOCAL')),
  negatable(fc.constantFrom('-m conntrack --ctstate NEW', '-m conntrack --ctstate RELATED,ESTABLISHED')),
  fc.constantFrom('-m conntrack --ctstate DNAT', '-m conntrack --ctorigdst 10.96.0.1'),
  negatable(fc.constantFrom('-m set --match-set blocked src', '-m set --match-set blocked dst')),
  one('-m set --match-set pairs dst,dst'),
  fc.constantFrom('-m limit --limit 5/min', '-m string --string x --algo bm'),
  negatable(one('-m recent --rcheck --name list --rsource')),
  negatable(one('-m iprange --src-range 10.244.1.0-10.244.1.9')),
);
const device = negatable(fc.constantFrom('-i eth0', '-i cni0', '-i eth+'));
const statistic = fc.constantFrom(
  '-m statistic --mode random --probability 0.50000000000',
  '-m statistic --mode random --probability 0.33333333349',
);

const matches = fc
  .tuple(
    maybe(source),
    maybe(destination),
    maybe(device),
    maybe(port),
    fc.oneof(
      { weight: 2, arbitrary: one('') },
      { weight: 2, arbitrary: other },
      { weight: 1, arbitrary: statistic },
    ),
  )
  .map((parts) => parts.filter((part) => part !== '').join(' '));

const natTarget = fc.constantFrom(
  'SVC',
  'EXT',
  'SEP-1',
  'SEP-2',
  'MASQ',
  'ACCEPT',
  'RETURN',
  'DNAT --to-destination 10.244.1.5:80',
);
const filterTarget = fc.constantFrom(
  'DROP',
  'ACCEPT',
  'REJECT',
  'RETURN',
  'FW',
  'LOG',
  'MARK --set-xmark 0x4000/0x4000',
);

const rule = (chain: string, target: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(matches, target).map(([options, name]) => `-A ${chain} ${options} -j ${name}`.replace('  ', ' '));
const rules = (chain: string, target: fc.Arbitrary<string>, most: number): fc.Arbitrary<string[]> =>
  fc.array(rule(chain, target), { maxLength: most });

const leaf = fc.constantFrom('SEP-1', 'SEP-2', 'MASQ', 'RETURN', 'DNAT --to-destination 10.244.1.6');

/** The rules of one side, by chain. */
export interface SmallRules {
  readonly services: readonly string[];
  readonly svc: readonly string[];
  readonly ext: readonly string[];
  readonly postrouting: readonly string[];
  readonly forward: readonly string[];
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly fw: readonly string[];
}

const side: fc.Arbitrary<SmallRules> = fc.record({
  services: rules('SERVICES', natTarget, 4),
  svc: rules('SVC', leaf, 3),
  ext: rules('EXT', fc.constantFrom('SVC', 'MASQ', 'SEP-1', 'RETURN'), 2),
  postrouting: rules(
    'POSTROUTING',
    fc.constantFrom('MASQUERADE', 'ACCEPT', 'SNAT --to-source 192.168.1.9'),
    2,
  ),
  forward: rules('FORWARD', filterTarget, 3),
  input: rules('INPUT', filterTarget, 2),
  output: rules('OUTPUT', filterTarget, 2),
  fw: rules('FW', fc.constantFrom('DROP', 'ACCEPT', 'RETURN'), 2),
});

/** Two sides: the second is the first with some chains replaced, shuffled or cut, as changes of rules are. */
export const pairOfRules: fc.Arbitrary<readonly [SmallRules, SmallRules]> = fc
  .tuple(
    side,
    side,
    fc.uniqueArray(
      fc.constantFrom(
        ...(['services', 'svc', 'ext', 'postrouting', 'forward', 'input', 'output', 'fw'] as const),
      ),
      { maxLength: 2 },
    ),
    fc.constantFrom('replace', 'reverse', 'drop-first', 'append'),
  )
  .map(([before, other, chains, how]) => {
    const after: SmallRules = { ...before };
    const changed = Object.fromEntries(
      chains.map((chain) => {
        const [own, new_] = [before[chain], other[chain]];
        if (how === 'replace') return [chain, new_];
        if (how === 'reverse') return [chain, [...own].reverse()];
        return [chain, how === 'drop-first' ? own.slice(1) : [...own, ...new_]];
      }),
    );
    return [before, { ...after, ...changed }];
  });

/** @returns the rules as iptables-save prints them. */
export function saveOf(side: SmallRules): string {
  return `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:SERVICES - [0:0]
:SVC - [0:0]
:EXT - [0:0]
:SEP-1 - [0:0]
:SEP-2 - [0:0]
:MASQ - [0:0]
-A PREROUTING -j SERVICES
-A OUTPUT -j SERVICES
${lines(side.postrouting)}${lines(side.services)}${lines(side.svc)}${lines(side.ext)}-A SEP-1 -s 10.244.1.5/32 -j MASQ
-A SEP-1 -p tcp -j DNAT --to-destination 10.244.1.5:80
-A SEP-2 -s 10.244.1.6/32 -j MASQ
-A SEP-2 -p tcp -j DNAT --to-destination 10.244.1.6:8080
-A MASQ -j MARK --set-xmark 0x4000/0x4000
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:FW - [0:0]
${lines(side.input)}${lines(side.forward)}${lines(side.output)}${lines(side.fw)}COMMIT
`;
}

function lines(rules: readonly string[]): string {
  return rules.map((text) => `${text}\n`).join('');
}

/** Sets that the rules name. */
export const SETS = `create blocked hash:ip family inet hashsize 1024 maxelem 65536
add blocked 10.244.1.5
add blocked 8.8.4.4
create pairs hash:ip,port family inet hashsize 1024 maxelem 65536
add pairs 10.96.0.1,tcp:80
add pairs 10.244.1.5,udp:443
`;

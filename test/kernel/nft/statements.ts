import { DESTINATION_PORTS, type Pool, pickFrom } from '../generate/pools.ts';
import { lengthOf } from '../node/wire.ts';
import type { Aim, NftHook } from './aim.ts';
import { ipOf, l4Of } from './fields.ts';
import { keyFor, type MapKey } from './keys.ts';

/** What a statement is written for. */
export interface StatementAim extends Aim {
  /** Chains that a verdict may lead to. */
  readonly leads: readonly string[];
}

/** A statement; some need a protocol asked for before them. */
export interface StatementText {
  readonly text: string;
  readonly l4?: string;
}

type Writer = (aim: StatementAim) => StatementText | null;

const plain =
  (text: string): Writer =>
  () => ({ text });

function onlyIn(type: 'filter' | 'nat', hooks: readonly NftHook[], { chain }: Aim): boolean {
  return (chain.type === 'nat') === (type === 'nat') && hooks.includes(chain.hook);
}

const EVERYWHERE = ['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting'] as const;

function verdicts({ leads, pick }: StatementAim): readonly string[] {
  const [a = '', b = ''] = [pickFrom([...leads, ''], pick >> 5), pickFrom([...leads, ''], pick >> 6)];
  const led = [a === '' ? 'return' : `jump ${a}`, b === '' ? 'continue' : `goto ${b}`];
  return [...led, ...led, 'accept', 'continue', 'return', pick % 5 === 0 ? 'drop' : 'continue'];
}

/** A map's elements: what the packet's own key leads to, another, and now and then what any other key does. */
function elementsOf(
  { own, other }: MapKey,
  values: readonly string[],
  pick: number,
  catchAll: string | null,
): string {
  const [first = '', second = ''] = [pickFrom(values, pick >> 3), pickFrom(values, pick >> 4)];
  const pairs = pick % 5 === 4 ? [`${other} : ${second}`] : [`${own} : ${first}`, `${other} : ${second}`];
  if (catchAll !== null && pick % 3 === 0) pairs.push(`* : ${catchAll}`);
  return pairs.join(', ');
}

/** @returns `{ … }`, or the name of a map made for it. */
function mapFor(aim: StatementAim, key: MapKey, data: string, elements: string, name: string): string {
  const { sets } = aim.chain.table;
  if (key.type === null || (aim.pick >> 9) % 2 === 0) return `{ ${elements} }`;
  const flags = key.interval ? ' flags interval;' : '';
  return `@${sets.add('map', `${key.interval ? 'i' : ''}${name}`, `type ${key.type} : ${data};${flags} elements = { ${elements} }`)}`;
}

/** Somebody who can be sent to. */
function targets(pool: Pool): readonly string[] {
  return [...pool.neighbours, ...pool.neighbours, pool.remotePod, ...pool.own.slice(0, 2)];
}

function natFamily(aim: Aim): string {
  return aim.chain.table.family === 'inet' ? `${ipOf(aim)} ` : '';
}

function range({ family }: Pool): string {
  return family === 'ipv4' ? '10.244.2.10-10.244.2.33' : 'fd00:244:2::10-fd00:244:2::1:ffff';
}

function bracketed(text: string): string {
  return text.includes(':') ? `[${text}]` : text;
}

function hasPorts({ packet }: Aim): boolean {
  return packet.wire.sourcePort !== null;
}

/** Flags of a nat statement; `random` where ports may be chosen anew. */
function flags(pick: number): string {
  return pickFrom(['', '', ' persistent', ' random', ' fully-random', ' random,persistent'], pick);
}

/** Protocol that may carry nat to a port. */
function withPorts(aim: Aim, text: string): StatementText {
  return hasPorts(aim) ? { text, l4: l4Of(aim) } : { text };
}

/** A number to write into a mark, from a constant, an expression or a map. */
function markValue(aim: StatementAim, field: 'meta mark' | 'ct mark'): string | null {
  const { pick } = aim;
  const mask = pickFrom(['0x4000', '0xff', '0x80000000', '0x100'], pick >> 3);
  const plainValues = [
    pickFrom(['0x4000', '0x1', '0', '0xffffffff', '0x12345678', '0x100', '0x200'], pick >> 3),
    `${field} | ${mask}`,
    `${field} & ${pickFrom(['0xffffbfff', '0xff', '0xffff0000'], pick >> 3)}`,
    `${field} ^ ${mask}`,
    `${field} & 0xffffff00 | 0x15`,
    field === 'meta mark' ? 'ct mark' : 'meta mark',
    field === 'meta mark' ? `ct mark & ${mask}` : `meta mark & ${mask}`,
    field === 'meta mark' ? `ct mark | ${mask}` : `meta mark | ${mask}`,
  ];
  if (pick % 4 !== 0) return pickFrom(plainValues, pick >> 2);
  const key = keyFor(aim);
  if (key === null) return pickFrom(plainValues, pick >> 2);
  return `${key.text} map ${mapFor(aim, key, 'mark', elementsOf(key, ['0x4000', '0x1', '0x99', '0x100'], pick, '0x77'), 'marks')}`;
}

/** Writers by what the statement does; each gives null where nft or the kernel would refuse it. */
export const STATEMENTS = {
  none: plain(''),
  counter: plain('counter'),
  accept: plain('accept'),
  drop: plain('drop'),
  return: plain('return'),
  continue: plain('continue'),
  jump: ({ leads, pick }) => (leads.length === 0 ? null : { text: `jump ${pickFrom(leads, pick)}` }),
  goto: ({ leads, pick }) => (leads.length === 0 ? null : { text: `goto ${pickFrom(leads, pick)}` }),
  vmap: (aim) => {
    const key = keyFor(aim);
    if (key === null) return null;
    const possible = verdicts(aim);
    const elements = elementsOf(key, possible, aim.pick, pickFrom(possible, aim.pick >> 7));
    return { text: `${key.text} vmap ${mapFor(aim, key, 'verdict', elements, 'verdicts')}` };
  },
  'chance vmap': (aim) => {
    const possible = verdicts(aim);
    const by = pickFrom(['numgen random', 'numgen inc', `jhash ${ipOf(aim)} saddr`, 'symhash'], aim.pick);
    const some = [0, 1].map((n) => `${n} : ${pickFrom(possible, (aim.pick >> 4) + n)}`);
    const text = pickFrom([some.join(', '), `0-1 : ${possible[0]}`, some[0] ?? ''], aim.pick >> 2);
    return { text: `${by} mod 2 vmap { ${text} }` };
  },
  'meta mark': (aim) => {
    const value = markValue(aim, 'meta mark');
    return value === null ? null : { text: `meta mark set ${value}` };
  },
  'ct mark': (aim) => {
    const value = markValue(aim, 'ct mark');
    return value === null ? null : { text: `ct mark set ${value}` };
  },
  'meta pkttype': ({ pick, chain }) =>
    chain.hook === 'prerouting' || chain.hook === 'ingress'
      ? { text: `meta pkttype set ${pickFrom(['host', 'host', 'broadcast'], pick)}` }
      : null,
  'set daddr': (aim) =>
    onlyIn('filter', EVERYWHERE, aim)
      ? { text: `${ipOf(aim)} daddr set ${pickFrom(targets(aim.pool), aim.pick)}` }
      : null,
  'set saddr': (aim) =>
    onlyIn('filter', ['prerouting', 'postrouting', 'forward'], aim)
      ? { text: `${ipOf(aim)} saddr set ${pickFrom(aim.pool.neighbours, aim.pick)}` }
      : null,
  'set dport': (aim) =>
    hasPorts(aim) && onlyIn('filter', EVERYWHERE, aim)
      ? withPorts(aim, `${l4Of(aim)} dport set ${pickFrom(DESTINATION_PORTS, aim.pick)}`)
      : null,
  'set ttl': (aim) => ({
    text: `${aim.pool.family === 'ipv4' ? 'ip ttl' : 'ip6 hoplimit'} set ${pickFrom([64, 2, 33, 255], aim.pick)}`,
  }),
  'set dscp': (aim) => ({ text: `${ipOf(aim)} dscp set ${pickFrom(['cs1', 'ef', '0', 'af21'], aim.pick)}` }),
  notrack: ({ chain }) =>
    chain.hook !== 'ingress' && chain.priority < -200 && chain.type !== 'nat' ? { text: 'notrack' } : null,
  'ct zone': ({ chain, pick }) =>
    chain.hook !== 'ingress' && chain.priority < -200 && chain.type !== 'nat' && pick % 2 === 0
      ? { text: `ct ${pickFrom(['', 'original '], pick >> 2)}zone set ${pickFrom([7, 3], pick >> 4)}` }
      : null,
  reject: (aim) => {
    const { chain, pick, packet } = aim;
    if (chain.type === 'nat' || chain.hook === 'postrouting') return null;
    const four = aim.pool.family === 'ipv4';
    const kinds = [
      'reject',
      ...(four
        ? [
            'port-unreachable',
            'host-prohibited',
            'admin-prohibited',
            'net-unreachable',
            'host-unreachable',
            'prot-unreachable',
            'net-prohibited',
          ]
        : [
            'port-unreachable',
            'admin-prohibited',
            'addr-unreachable',
            'no-route',
            'policy-fail',
            'reject-route',
          ]
      ).map((code) => `reject with ${four ? 'icmp' : 'icmpv6'} ${code}`),
      ...(chain.table.family === 'inet'
        ? ['port-unreachable', 'admin-prohibited', 'no-route', 'host-unreachable'].map(
            (code) => `reject with icmpx ${code}`,
          )
        : []),
    ];
    if (packet.wire.protocol === 6 && pick % 3 === 0) return { text: 'reject with tcp reset', l4: 'tcp' };
    return { text: pickFrom(kinds, pick >> 2) };
  },
  dnat: (aim) => {
    if (!onlyIn('nat', ['prerouting', 'output'], aim)) return null;
    const { pick, pool } = aim;
    const to = pickFrom(targets(pool), pick >> 3);
    const ports = hasPorts(aim);
    const shapes = [
      to,
      ports ? `${bracketed(to)}:8080` : to,
      range(pool),
      ports ? `${bracketed(to)}:9000-9100` : to,
      ports ? `:8080` : to,
      ports ? `${bracketed(to)}:${l4Of(aim)} dport map { 80 : 8080, 443 : 8443 }` : to,
    ];
    const shape = pickFrom(shapes, pick);
    return withPorts(
      aim,
      `dnat ${shape.startsWith(':') && natFamily(aim) === '' ? '' : natFamily(aim)}to ${shape}${flags(pick >> 5)}`,
    );
  },
  'dnat map': (aim) => {
    if (!onlyIn('nat', ['prerouting', 'output'], aim)) return null;
    const { pick, pool } = aim;
    const key = keyFor(aim);
    if (key === null) return null;
    const some = targets(pool);
    const data = pool.family === 'ipv4' ? 'ipv4_addr' : 'ipv6_addr';
    const ports = hasPorts(aim) && pick % 2 === 0;
    const values = ports ? some.map((one) => `${one} . 8080`) : some;
    const elements = elementsOf(key, values, pick, pickFrom(values, pick >> 7));
    const text = mapFor(aim, key, ports ? `${data} . inet_service` : data, elements, 'ends');
    return withPorts(aim, `dnat ${natFamily(aim)}to ${key.text} map ${text}${flags(pick >> 5)}`);
  },
  'dnat chance': (aim) => {
    if (!onlyIn('nat', ['prerouting', 'output'], aim)) return null;
    const { pick, pool } = aim;
    const some = targets(pool);
    const ports = hasPorts(aim) && pick % 2 === 0;
    const end = (n: number): string => `${pickFrom(some, (pick >> 3) + n)}${ports ? ' . 8080' : ''}`;
    const by = pickFrom(['numgen random', 'numgen inc', `jhash ${ipOf(aim)} saddr`, 'symhash'], pick >> 5);
    return withPorts(aim, `dnat ${natFamily(aim)}to ${by} mod 2 map { 0 : ${end(0)}, 1 : ${end(1)} }`);
  },
  'dnat prefix': (aim) => {
    if (!onlyIn('nat', ['prerouting', 'output'], aim)) return null;
    const net =
      aim.pool.family === 'ipv4' ? pickFrom(['10.244.2.0/24', '10.50.0.0/16'], aim.pick) : 'fd00:244:2::/64';
    return { text: `dnat ${ipOf(aim)} prefix to ${net}` };
  },
  redirect: (aim) => {
    if (!onlyIn('nat', ['prerouting', 'output'], aim)) return null;
    const ports = hasPorts(aim)
      ? pickFrom(
          [
            '',
            ' to :15001',
            ' to :15001-15010',
            ` to :${l4Of(aim)} dport map { 80 : 8080, 443 : 8443, 53 : 5353 }`,
          ],
          aim.pick,
        )
      : '';
    return withPorts(aim, `redirect${ports}${flags(aim.pick >> 4)}`);
  },
  snat: (aim) => {
    if (!onlyIn('nat', ['postrouting', 'input'], aim)) return null;
    const { pick, pool } = aim;
    const to = pickFrom([...pool.own, ...pool.virtual], pick >> 3);
    const shapes = [to, hasPorts(aim) ? `${bracketed(to)}:5000-5999` : to, range(pool), to];
    return withPorts(aim, `snat ${natFamily(aim)}to ${pickFrom(shapes, pick)}${flags(pick >> 5)}`);
  },
  'snat map': (aim) => {
    if (!onlyIn('nat', ['postrouting', 'input'], aim)) return null;
    const key = keyFor(aim);
    if (key === null) return null;
    const values = [...aim.pool.own, ...aim.pool.virtual];
    const elements = elementsOf(key, values, aim.pick, pickFrom(values, aim.pick >> 7));
    const data = aim.pool.family === 'ipv4' ? 'ipv4_addr' : 'ipv6_addr';
    return {
      text: `snat ${natFamily(aim)}to ${key.text} map ${mapFor(aim, key, data, elements, 'ends')}${flags(aim.pick >> 5)}`,
    };
  },
  'snat prefix': (aim) => {
    if (!onlyIn('nat', ['postrouting'], aim)) return null;
    const net = aim.pool.family === 'ipv4' ? '10.50.0.0/16' : 'fd00:50::/48';
    return { text: `snat ${ipOf(aim)} prefix to ${net}` };
  },
  masquerade: (aim) => {
    if (!onlyIn('nat', ['postrouting'], aim)) return null;
    const ports = hasPorts(aim) && aim.pick % 3 === 0 ? ' to :1024-65535' : '';
    return withPorts(aim, `masquerade${ports}${flags(aim.pick >> 4)}`);
  },
  tproxy: (aim) => {
    if (!onlyIn('filter', ['prerouting'], aim)) return null;
    const { protocol } = aim.packet.wire;
    if (protocol !== 6 && protocol !== 17) return null;
    const family = aim.chain.table.family === 'inet' ? `${ipOf(aim)} ` : '';
    const to = pickFrom(
      [
        `${bracketed(aim.pool.loopback)}:15001`,
        ':15001',
        bracketed(aim.pool.loopback),
        `:${l4Of(aim)} dport map { 80 : 15001, 8080 : 15002 }`,
      ],
      aim.pick,
    );
    return {
      text: `tproxy ${family}to ${to}${pickFrom(['', ' meta mark set 0x200', ' accept'], aim.pick >> 3)}`,
      l4: l4Of(aim),
    };
  },
  limit: ({ pick, chain }) => ({
    text: pickFrom(
      [
        'limit rate 10/second',
        'limit rate over 10/second',
        `limit name "${chain.table.sets.shared('limit', 'slow', 'rate 100/hour')}"`,
        'limit rate 1 mbytes/second',
      ],
      pick,
    ),
  }),
  quota: ({ pick, chain, packet }) => ({
    text: pickFrom(
      [
        'quota 10 mbytes',
        'quota over 10 mbytes',
        `quota over ${lengthOf(packet.wire) - 1 + (pick % 3)} bytes`,
        `quota ${lengthOf(packet.wire) - 1 + (pick % 3)} bytes`,
        `quota name "${chain.table.sets.shared('quota', 'much', 'over 10 mbytes')}"`,
        `quota name "${chain.table.sets.shared('quota', 'little', 'over 1 bytes')}"`,
      ],
      pick,
    ),
  }),
  'set update': (aim) => {
    const { pick } = aim;
    const side = pickFrom(['saddr', 'saddr', 'daddr'], pick);
    const operation = pickFrom(['add', 'update', 'add', 'delete'], pick >> 2);
    return { text: `${operation} @${declare('seen', aim)} { ${ipOf(aim)} ${side} }` };
  },
  'timed update': (aim) => {
    const time = pickFrom(['', ' timeout 30m'], aim.pick >> 2);
    const operation = pickFrom(['add', 'update'], aim.pick >> 3);
    return { text: `${operation} @${declare('timed', aim)} { ${ipOf(aim)} saddr${time} }` };
  },
  'map update': (aim) => {
    const value = pickFrom(['0x4000', 'meta mark'], aim.pick >> 3);
    const operation = pickFrom(['add', 'update'], aim.pick >> 2);
    return { text: `${operation} @${declare('kept', aim)} { ${ipOf(aim)} saddr : ${value} }` };
  },
  'kept mark': (aim) => ({ text: `meta mark set ${ipOf(aim)} saddr map @${declare('kept', aim)}` }),
  'ct count': ({ pick }) => ({ text: pickFrom(['ct count over 1000', 'ct count 1000'], pick) }),
  log: plain('log prefix "kp "'),
  'ct label': plain('ct label set 3'),
  mss: (aim) =>
    aim.packet.wire.protocol === 6 ? { text: 'tcp option maxseg size set 1200', l4: 'tcp' } : null,
} satisfies Readonly<Record<string, Writer>>;

export type StatementName = keyof typeof STATEMENTS;

/** @returns a statement of this kind, or null where it would not load. */
export function writeStatement(name: StatementName, aim: StatementAim): StatementText | null {
  const writer: Writer = STATEMENTS[name];
  return writer(aim);
}

/** @returns a look-up in one of the sets that rules change: `ip saddr @seen`. */
export function writeSeen(aim: Aim, negated: boolean): string {
  const name = declare(aim.pick % 3 === 0 ? 'timed' : 'seen', aim);
  return `${ipOf(aim)} ${pickFrom(['saddr', 'saddr', 'daddr'], aim.pick >> 2)} ${negated ? '!= ' : ''}@${name}`;
}

/** Declares a set or map that rules change, with something in it. @returns its name. */
function declare(name: 'seen' | 'timed' | 'kept', { pool, chain }: Aim): string {
  const type = pool.family === 'ipv4' ? 'ipv4_addr' : 'ipv6_addr';
  const [a = '', b = '', c = ''] = pool.neighbours;
  const bodies = {
    seen: `type ${type}; size 4096; flags dynamic; elements = { ${a}, ${c} }`,
    timed: `type ${type}; size 4096; flags dynamic,timeout; timeout 1h; elements = { ${b} timeout 30m, ${c} }`,
    kept: `type ${type} : mark; size 4096; flags dynamic; elements = { ${a} : 0x4000, ${b} : 0x1 }`,
  };
  return chain.table.sets.shared(name === 'kept' ? 'map' : 'set', name, bodies[name]);
}

import type { NumberSet, PartlyKnown } from '../../rules/value-set.ts';
import { allowsAddress, allowsPartly, deviceMatches, onlyNumber } from '../../rules/value-set.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { Device } from '../outcome.ts';
import { askMark } from '../packet-mark.ts';
import type { PacketState } from '../state.ts';
import { asWritten, isSameWrite, learnt, toldBy } from '../writes.ts';
import type { Evaluator } from './context.ts';
import { allowsNumber, numberOr, senderWithin } from './values.ts';

/** The family that a rule of both is asked by. */
export const family: Evaluator<'meta.nfproto'> = (test, { state }) => yesNo(test.in === state.family);

/** Protocols by name: the node's /etc/protocols is not in a capture. */
export const protocol: Evaluator<'meta.l4proto'> = ({ in: allowed }, { state }) =>
  allowed.kind === 'named'
    ? unknown({ code: 'protocol-name', of: 'packet', name: allowed.name })
    : allowsNumber(allowed, state.protocol);

/** All bits of a mask, which need not be contiguous (ip_packet_match, net/ipv4/netfilter/ip_tables.c). */
export const source: Evaluator<'ip.saddr'> = (test, { state }) =>
  senderWithin(state.source, test.in, state.family, state.sourceRewrite !== 'none');

/** All bits of a mask, as {@link source}. */
export const destination: Evaluator<'ip.daddr'> = (test, { state }) =>
  yesNo(allowsAddress(test.in, state.destination));

/** The packet traced is whole. */
export const fragment: Evaluator<'ip.fragment'> = () => 'no';

/** How long the packet is depends on what it carries. */
export const length: Evaluator<'meta.length'> = (test, { state }) =>
  numberOr(test.in, state.length, (set) => ({ code: 'length', set, ...asWritten(state, 'length') }));

/** TTL or hop limit, as far as the question tells it. One that a branch answered is counted down from there. */
export const ttl: Evaluator<'ip.ttl'> = (test, { state }) =>
  numberOr(
    test.in,
    state.ttl,
    (set) => ({ code: 'ttl', set, ...asWritten(state, 'ttl') }),
    (found, held) =>
      held && found.ttl === null && isSameWrite(found, state, 'ttl')
        ? toldBy({ ...found, ttl: onlyNumber(test.in) }, 'ttl')
        : found,
  );

/** The six bits above ECN. */
export const dscp: Evaluator<'ip.dscp'> = ({ in: set }, { state }) => askTos('dscp', set, state);

/** The whole byte; bits that rules wrote are known even where the rest is not. */
export const tos: Evaluator<'ip.tos'> = ({ in: set }, { state }) => askTos('tos', set, state);

/** Where each stands in the byte. */
const SHIFTS = { tos: 0, dscp: 2 } as const;

function askTos(code: 'tos' | 'dscp', set: NumberSet, state: PacketState): Answer {
  const shift = SHIFTS[code];
  const width = 0xff >> shift;
  const partOf = ({ tos }: PacketState): PartlyKnown => ({
    bits: tos.bits >> shift,
    known: (tos.known >> shift) | ~width,
  });
  const answer = allowsPartly(set, partOf(state));
  if (answer !== null) return yesNo(answer);
  return unknown({ code, set, ...asWritten(state, 'tos') }, (found, held) => {
    const { tos } = found;
    if (tos.known === 0xff || !isSameWrite(found, state, 'tos')) return found;
    const { bits, known } = learnt(partOf(found), set, held);
    const told = (known & width) << shift;
    const now = { bits: (tos.bits & ~told) | ((bits << shift) & told), known: tos.known | told };
    return toldBy({ ...found, tos: now }, 'tos');
  });
}

/** Which way routers on the way set it is not in any capture. */
export const ecn: Evaluator<'ip.ecn'> = (test, { state }) =>
  unknown({ code: 'ecn', text: test.in, ...asWritten(state, 'tos') });

/** All 32 bits (net/netfilter/xt_mark.c), as far as they are known. */
export const mark: Evaluator<'meta.mark'> = ({ in: set }, { state }) => askMark(state, set);

/** At hooks without an input device the kernel compares with an empty name. */
export const inInterface: Evaluator<'meta.iifname'> = (test, { state }) =>
  deviceNamed(state.inInterface, test.in, 'in');

/** As {@link inInterface}, of the output device. */
export const outInterface: Evaluator<'meta.oifname'> = (test, { state }) =>
  deviceNamed(state.outInterface, test.in, 'out');

function deviceNamed(device: Device, patterns: readonly string[], side: 'in' | 'out'): Answer {
  if (device !== undefined) return yesNo(patterns.some((pattern) => deviceMatches(device ?? '', pattern)));
  // `+` matches any device, also none (an empty name has every prefix of length 0).
  if (patterns.includes('+')) return 'yes';
  const [only = ''] = patterns;
  const isName = patterns.length === 1 && !only.endsWith('+');
  return unknown({ code: `${side}-interface`, patterns }, (state, held) =>
    held && isName && state[`${side}Interface`] === undefined
      ? { ...state, [`${side}Interface`]: only }
      : state,
  );
}

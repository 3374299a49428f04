import { parseProtocol } from '../../net/protocol.ts';
import type { ConntrackState, Match, TupleSide } from '../match.ts';
import {
  independent,
  isNegated,
  type MatchModule,
  type Option,
  type OptionReader,
  valueText,
} from './extension.ts';
import { parseList, parseMasked, parsePorts, parseRange, readPrefix } from './values.ts';

const STATES: readonly ConntrackState[] = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'];
const CTSTATES: readonly ConntrackState[] = [...STATES, 'SNAT', 'DNAT'];
const STATUSES = ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'] as const;
const TUPLE_SIDES: readonly TupleSide[] = ['origsrc', 'origdst', 'replsrc', 'repldst'];

const CONNTRACK = independent({
  '--ctstate': [1, stateReader(CTSTATES)],
  '--ctproto': [1, readProtocol],
  ...Object.fromEntries(TUPLE_SIDES.flatMap(tupleOptions)),
  '--ctstatus': [1, readStatus],
  '--ctexpire': [1, readExpire],
  '--ctdir': [1, readDirection],
});

/** Modules that ask the packet's connection, its mark or the packet's mark. */
export const connectionModules: Readonly<Record<string, MatchModule>> = {
  conntrack: {
    ...CONNTRACK,
    read: (parts, context) => {
      const matches = CONNTRACK.read(parts, context);
      return matches && markBesideState(matches);
    },
  },
  state: independent({ '--state': [1, stateReader(STATES)] }),
  mark: independent({ '--mark': [1, markReader('mark')] }),
  connmark: independent({ '--mark': [1, markReader('connmark')] }),
  helper: independent({
    '--helper': [1, (part) => ({ kind: 'helper', negated: isNegated(part), name: valueText(part) })],
  }),
};

/** @returns the matches of one `-m conntrack` with those marked that stand beside a state. */
export function markBesideState(matches: readonly Match[]): readonly Match[] {
  if (matches.length < 2 || !matches.some(({ kind }) => kind === 'ctstate')) return matches;
  return matches.map((match): Match => {
    switch (match.kind) {
      case 'ctproto':
      case 'ctaddress':
      case 'ctport':
      case 'ctstatus':
      case 'ctexpire':
      case 'ctdir':
        return { ...match, besideState: true };
      default:
        return match;
    }
  });
}

function stateReader(known: readonly ConntrackState[]): OptionReader {
  return (part) => {
    const states = parseList(valueText(part), known);
    return states && { kind: 'ctstate', negated: isNegated(part), states };
  };
}

function readProtocol(part: Parameters<OptionReader>[0]): Match | null {
  const name = valueText(part);
  if (name === '') return null;
  return { kind: 'ctproto', negated: isNegated(part), number: parseProtocol(name), name };
}

function tupleOptions(tuple: TupleSide): [string, Option][] {
  const address: OptionReader = (part, context) => {
    const prefix = readPrefix(valueText(part), context.family);
    return prefix && { kind: 'ctaddress', negated: isNegated(part), tuple, prefix };
  };
  const port: OptionReader = (part) => {
    const ports = parsePorts(valueText(part));
    return ports && { kind: 'ctport', negated: isNegated(part), tuple, ports };
  };
  return [
    [`--ct${tuple}`, [1, address]],
    [`--ct${tuple}port`, [1, port]],
  ];
}

function readStatus(part: Parameters<OptionReader>[0]): Match | null {
  const statuses = parseList(valueText(part), STATUSES);
  return statuses && { kind: 'ctstatus', negated: isNegated(part), statuses };
}

function readExpire(part: Parameters<OptionReader>[0]): Match | null {
  const seconds = parseRange(valueText(part), 0xffffffff);
  return seconds && { kind: 'ctexpire', negated: isNegated(part), seconds };
}

function readDirection(part: Parameters<OptionReader>[0]): Match | null {
  const direction = valueText(part).toUpperCase();
  if (direction !== 'ORIGINAL' && direction !== 'REPLY') return null;
  return { kind: 'ctdir', negated: isNegated(part), direction };
}

function markReader(kind: 'mark' | 'connmark'): OptionReader {
  return (part) => {
    const masked = parseMasked(valueText(part));
    return masked && { kind, negated: isNegated(part), ...masked };
  };
}

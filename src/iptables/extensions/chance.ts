import { dictionary } from '../../lookup/dictionary.ts';
import { parseAddress } from '../../net/address.ts';
import type { Match } from '../match.ts';
import type { Part } from '../part.ts';
import { findPart, isNegated, type MatchModule, valueText } from './extension.ts';
import { parseUnsigned } from './values.ts';

const TWO_TO_31 = 0x80000000;

/** Modules whose answer depends on chance or on packets seen before. */
export const chanceModules: Readonly<Record<string, MatchModule>> = {
  statistic: { arity: { '--mode': 1, '--probability': 1, '--every': 1, '--packet': 1 }, read: readStatistic },
  recent: {
    arity: {
      '--set': 0,
      '--rcheck': 0,
      '--update': 0,
      '--remove': 0,
      '--seconds': 1,
      '--reap': 0,
      '--hitcount': 1,
      '--rttl': 0,
      '--name': 1,
      '--rsource': 0,
      '--rdest': 0,
      '--mask': 1,
    },
    read: readRecent,
  },
};

/** @returns a `--probability` as the kernel holds it (libxt_statistic.c): `lround(0x80000000 * prob)`, compared with 31 random bits. */
export function toChance(given: number): number {
  return Math.round(given * TWO_TO_31) / TWO_TO_31;
}

function readStatistic(parts: readonly Part[]): Match[] | null {
  const mode = findPart(parts, '--mode');
  if (mode === null) return null;
  if (valueText(mode) === 'random') {
    const part = findPart(parts, '--probability');
    const given = part === null ? Number.NaN : parseDecimal(valueText(part));
    if (part === null || !(given >= 0 && given <= 1)) return null;
    return [{ kind: 'statistic-random', negated: isNegated(part), probability: toChance(given) }];
  }
  const part = findPart(parts, '--every');
  if (valueText(mode) !== 'nth' || part === null) return null;
  const first = findPart(parts, '--packet');
  const every = parseUnsigned(valueText(part));
  const packet = first === null ? 0 : parseUnsigned(valueText(first));
  if (every === null || every === 0 || packet === null) return null;
  return [{ kind: 'statistic-nth', negated: isNegated(part), every, packet }];
}

function parseDecimal(text: string): number {
  return /^\d*\.?\d+(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

function readRecent(parts: readonly Part[]): Match[] | null {
  const command = findPart(parts, '--set', '--rcheck', '--update', '--remove');
  if (command === null) return null;
  const seconds = readNumber(findPart(parts, '--seconds'));
  const hitcount = readNumber(findPart(parts, '--hitcount'));
  const maskPart = findPart(parts, '--mask');
  const mask = maskPart === null ? null : parseAddress(valueText(maskPart));
  const name = findPart(parts, '--name');
  if (seconds === undefined || hitcount === undefined || (maskPart !== null && mask === null)) return null;
  return [
    {
      kind: 'recent',
      negated: isNegated(command),
      action: ACTIONS[command.flag.text] ?? 'rcheck',
      list: name === null ? 'DEFAULT' : valueText(name),
      seconds,
      reap: findPart(parts, '--reap') !== null,
      hitcount,
      rttl: findPart(parts, '--rttl') !== null,
      mask: mask?.value ?? null,
      side: findPart(parts, '--rdest') === null ? 'source' : 'destination',
    },
  ];
}

const ACTIONS = dictionary<'set' | 'rcheck' | 'update' | 'remove'>({
  '--set': 'set',
  '--rcheck': 'rcheck',
  '--update': 'update',
  '--remove': 'remove',
});

/** @returns the number, null where the option is absent, undefined where it cannot be read. */
function readNumber(part: Part | null): number | null | undefined {
  return part === null ? null : (parseUnsigned(valueText(part)) ?? undefined);
}

import type { NftChain, NftRule, NftRuleset, NftTable } from '../../nftables/ruleset.ts';
import type { AbsentChain } from '../chain-list.ts';
import { rulesOf } from '../services/nft/choices.ts';
import { FAMILIES } from './nft/nft-families.ts';
import type { RulePlace } from './place.ts';

/** What is said of a rule of nft: where it stands, and its handle or how many rules stand before it. */
interface Said {
  /** `ip kube-proxy services`, `ip kube-proxy`, `services`, the rule's own text, or nothing. */
  readonly where: string;
  readonly handle: number | null;
  /** Counted from 1. */
  readonly rule: number | null;
}

/** A command of nft in which a rule is named: it is never run. */
const COMMAND = /^(?:nft\s+)?(?:(?:add|delete|destroy|insert|list|replace)\s+)?rule\s+/;

/** A rule by its handle, as `nft -a list` shows it (`… # handle 12`) or as a command names it; or by its position. */
const BY_HANDLE = /^(?:(.*?)\s+)?(?:#\s*)?handle\s+(\d+)$/;
const BY_RULE = /^(.*?)\s+rule\s+(\d+)$/;

function readSaid(typed: string): Said | null {
  const text = typed.trim().replace(COMMAND, '');
  const [, where, handle] = BY_HANDLE.exec(text) ?? [];
  if (handle !== undefined)
    return { where: (where ?? '').replace(/\s*#$/, '').trim(), handle: Number(handle), rule: null };
  const [, place = '', rule] = BY_RULE.exec(text) ?? [];
  return rule === undefined ? null : { where: place.trim(), handle: null, rule: Number(rule) };
}

/**
 * @param typed `ip kube-proxy services handle 12`, with less before `handle` too, a rule as `nft -a list` prints it,
 *   `ip kube-proxy services rule 3`, or the prefix of a `log` statement
 * @returns the places of rules that it stands for; empty: none
 */
export function readNftPlaces(typed: string, nft: NftRuleset | null): RulePlace[] {
  if (nft === null) return [];
  const said = readSaid(typed);
  const prefix = bare(typed.trim());
  return places(nft, (table, chain, rule) => {
    if (said === null) return prefix !== '' && bare(prefixOf(rule) ?? '') === prefix;
    if (said.handle !== null && rule.handle !== said.handle) return false;
    if (said.rule !== null) return rule.number === said.rule && namesOf(table, chain).has(said.where);
    return (
      said.where === '' || namesOf(table, chain).has(said.where) || meaning(rule.text) === meaning(said.where)
    );
  });
}

/** @returns what is known of a handle that no rule has; null where no handle was asked for. */
export function absentHandle(typed: string, nft: NftRuleset | null): AbsentChain | null {
  const handle = readSaid(typed)?.handle ?? null;
  if (handle === null) return null;
  if (nft === null)
    return { text: 'no listing of nft was captured (nft -j list ruleset, or nft -a)', rules: [] };
  const known = places(nft, (_, __, rule) => rule.handle !== null).length > 0;
  const others = places(nft, (_, __, rule) => rule.handle === handle);
  const elsewhere = others.map(({ table, chain }) => `${table} ${chain}`).join(', ');
  if (others.length > 0)
    return { text: `handle ${handle} is of a rule in ${elsewhere}, not there`, rules: [] };
  return {
    text: known
      ? `no rule has handle ${handle}: a rule that is replaced gets another one`
      : 'the listing shows no handles: nft -a list ruleset and nft -j list ruleset do',
    rules: [],
  };
}

function places(
  nft: NftRuleset,
  isMeant: (table: NftTable, chain: NftChain, rule: NftRule) => boolean,
): RulePlace[] {
  return [...nft.tables.values()].flatMap((table) =>
    [...table.chains.values()].flatMap((chain) =>
      [...rulesOf(chain)]
        .filter((rule) => isMeant(table, chain, rule))
        .map(({ number }) => ({
          family: FAMILIES[table.family],
          table: `${table.family} ${table.name}`,
          chain: chain.name,
          rule: number,
        })),
    ),
  );
}

/** How a chain is named: with its table and family, or with less. */
function namesOf(table: NftTable, { name }: NftChain): ReadonlySet<string> {
  const full = `${table.family} ${table.name}`;
  return new Set([full, table.name, `${full} ${name}`, `${table.name} ${name}`, name]);
}

/** Counters run on. */
function meaning(text: string): string {
  return text
    .replace(/\bcounter packets \d+ bytes \d+/g, 'counter')
    .replace(/\s+/g, ' ')
    .trim();
}

function prefixOf({ text }: NftRule): string | undefined {
  return /\blog\b.*?\bprefix "((?:[^"\\]|\\.)*)"/.exec(text)?.[1]?.trim();
}

function bare(prefix: string): string {
  return prefix.replace(/:$/, '');
}

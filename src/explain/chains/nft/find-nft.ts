import type { Element } from '../../../nftables/expression.ts';
import { isTableOfIptables } from '../../../nftables/iptables-chains.ts';
import { printElement } from '../../../nftables/print/print-expression.ts';
import type { NftChain, NftRuleset, NftSet, NftTable } from '../../../nftables/ruleset.ts';
import { parseNftName } from '../../../proxy/nft-names.ts';
import type { Known } from '../../question/question.ts';
import { readEntry } from '../../services/nft/verdict-maps.ts';
import { nftLabelOf } from './nft-notes.ts';

/** What a name stands for in a native table. */
export type FoundNft = { readonly table: NftTable } & (
  | { readonly kind: 'chain'; readonly chain: NftChain }
  | { readonly kind: 'set'; readonly set: NftSet }
  /** `index`: of the element, from 0. */
  | { readonly kind: 'element'; readonly set: NftSet; readonly index: number }
);

/**
 * Finds what a user means in native nft tables: a chain, set or map by its name, `@name`, or as a trace prints the place
 * (`ip kube-proxy services`, with `rule 3` behind it too); the one name that begins so, or the hash in names; a Service as
 * `namespace/service[:port]`; an element as its map and key (`service-ips 10.96.0.1 . tcp . 443`).
 * @returns every place; empty where nothing is found
 */
export function findNft(name: string, known: Known): FoundNft[] {
  const tables = nativeTables(known);
  const wanted = name.trim().replace(/\s+(?:rule \d+|policy|end)$/, '');
  const named = tables.flatMap((table) => inTable(table, wanted));
  if (named.length > 0) return named;
  const service = tables.flatMap((table) => ofService(table, wanted));
  if (service.length > 0) return service;
  const like = tables.flatMap((table) => all(table).filter((found) => isLike(nameOf(found), wanted)));
  const hashed = tables.flatMap((table) =>
    all(table).filter((found) => parseNftName(nameOf(found))?.base.startsWith(`${wanted.toUpperCase()}-`)),
  );
  if (hashed.length > 0 && /^[A-Z2-7]{8}$/i.test(wanted)) return hashed;
  return new Set(like.map(nameOf)).size === 1 ? like : [];
}

/** @returns names in native tables that a user may have meant. */
export function suggestNft(name: string, known: Known): string[] {
  const wanted = name.trim().toLowerCase();
  if (wanted.length < 3) return [];
  const names = new Set(nativeTables(known).flatMap((table) => all(table).map(nameOf)));
  return [...names]
    .filter((each) => each.toLowerCase().includes(wanted))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .slice(0, SUGGESTIONS);
}

const SUGGESTIONS = 8;

/** @returns the name of what was found; of an element, its map's. */
export function nameOf(found: FoundNft): string {
  return found.kind === 'chain' ? found.chain.name : found.set.name;
}

/** @returns the key of a set's or map's element, as nft prints it. */
export function keyText(element: Element): string {
  return printElement({ ...element, data: null, comment: null, timeout: null, expires: null, extras: [] });
}

/** Chains of iptables-nft are read from iptables-save, where it was captured. */
function nativeTables({ nft, rulesets }: Known): NftTable[] {
  const saved = rulesets.some(({ backend }) => backend === 'iptables-nft');
  return tablesOf(nft).filter((table) => !saved || !isTableOfIptables(table));
}

function tablesOf(nft: NftRuleset | null | undefined): NftTable[] {
  return nft === null || nft === undefined ? [] : [...nft.tables.values()];
}

function all(table: NftTable): FoundNft[] {
  return [
    ...[...table.chains.values()].map((chain): FoundNft => ({ table, kind: 'chain', chain })),
    ...[...table.sets.values()].map((set): FoundNft => ({ table, kind: 'set', set })),
  ];
}

function inTable(table: NftTable, wanted: string): FoundNft[] {
  const place = `${table.family} ${table.name} `;
  const name = wanted.startsWith(place)
    ? wanted.slice(place.length)
    : wanted.startsWith(`${table.name} `)
      ? wanted.slice(table.name.length + 1)
      : wanted;
  const chain = table.chains.get(name);
  if (chain !== undefined) return [{ table, kind: 'chain', chain }];
  const [first = '', ...rest] = name.replace(/^@/, '').split(/\s+/);
  const set = table.sets.get(first);
  if (set === undefined) return [];
  const key = rest.filter((word) => word !== '{' && word !== '}').join(' ');
  if (key === '') return [{ table, kind: 'set', set }];
  return set.elements.flatMap((element, index): FoundNft[] => {
    return keyText(element) === key ? [{ table, kind: 'element', set, index }] : [];
  });
}

/** The chains of a Service and the elements that speak of it. */
function ofService(table: NftTable, wanted: string): FoundNft[] {
  if (!/^[^/\s]+\/[^/\s]+$/.test(wanted)) return [];
  const isWanted = (label: string | null) => label === wanted || label?.startsWith(`${wanted}:`) === true;
  const named = all(table).filter((found) => isWanted(nftLabelOf(nameOf(found))));
  const elements = [...table.sets.values()].flatMap((set) =>
    set.dataType?.[0] !== 'verdict'
      ? []
      : set.elements.flatMap((element, index): FoundNft[] => {
          const entry = readEntry(set.name, element);
          const chain = entry?.verdict.chain ?? null;
          const label = (chain === null ? null : nftLabelOf(chain)) ?? entry?.comment ?? null;
          return isWanted(label) ? [{ table, kind: 'element', set, index }] : [];
        }),
  );
  return [...elements, ...named];
}

function isLike(name: string, wanted: string): boolean {
  return wanted !== '' && name.toLowerCase().startsWith(wanted.toLowerCase());
}

import { formatAddress, parseAddress } from '../../../net/address.ts';
import { formatProtocol, parseProtocol } from '../../../net/protocol.ts';
import type { Element, Expression, Verdict } from '../../../nftables/expression.ts';
import type { NftTable } from '../../../nftables/ruleset.ts';

/** What one element of a verdict map of kube-proxy sends where. */
export interface MapEntry {
  readonly map: string;
  /** Null for a node port. */
  readonly address: string | null;
  /** In lower case. */
  readonly protocol: string;
  readonly port: number;
  readonly verdict: Verdict;
  readonly comment: string | null;
}

/** @returns the elements of a map whose keys are `address . protocol . port`, or `protocol . port`; others are left out. */
export function readVerdictMap(table: NftTable, name: string): MapEntry[] {
  return (table.sets.get(name)?.elements ?? []).flatMap((element) => {
    const entry = readEntry(name, element);
    return entry === null ? [] : [entry];
  });
}

/** @returns what an element of such a map says; null for what is none. */
export function readEntry(map: string, { key, data, comment }: Element): MapEntry | null {
  if (key?.kind !== 'concat' || data?.kind !== 'verdict') return null;
  const words = key.parts.map(wordOf);
  const [port, protocol, address] = words.toReversed();
  const number = Number(port);
  if (typeof protocol !== 'string' || !Number.isInteger(number) || words.length > 3) return null;
  const parsed = typeof address === 'string' ? parseAddress(address) : null;
  if (words.length === 3 && parsed === null) return null;
  return {
    map,
    address: parsed === null ? null : formatAddress(parsed),
    protocol: protocolName(protocol),
    port: number,
    verdict: data,
    comment,
  };
}

/** @returns a constant as text; null for what is no single value. */
export function wordOf(expression: Expression | null): string | null {
  if (expression?.kind === 'word') return expression.text;
  return expression?.kind === 'number' ? String(expression.value) : null;
}

/** nft prints a number where the node has no /etc/protocols. */
function protocolName(text: string): string {
  const number = parseProtocol(text);
  return number === null ? text.toLowerCase() : formatProtocol(number);
}

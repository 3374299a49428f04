import { isAffinity } from '../../../connection/affinity.ts';
import { ADDRESS_BITS, type Address, formatAddress } from '../../../net/address.ts';
import { maskOfLength } from '../../../net/prefix.ts';
import { type AddressSet, allowsAddress } from '../../../rules/value-set.ts';
import type { Ending } from '../../../trace/branch.ts';
import type { GivenNode } from '../../../trace/given.ts';
import { flat, type Question } from '../../../trace/question.ts';

/** Questions that stay open whoever sends, or are the same for all: of the packet's other fields, of memory and of chance. */
const OF_NO_SENDER: ReadonlySet<Question['code']> = new Set([
  ...(['in-interface', 'out-interface', 'source-port', 'destination-port', 'tcp-option', 'tcpmss'] as const),
  ...(['tcp-flags', 'icmp-type', 'mark', 'tos', 'dscp', 'length', 'ttl', 'ecn', 'owner', 'mac'] as const),
  ...(['conntrack-full', 'nat-range', 'ipvs-choice', 'ipvs-room'] as const),
  ...(['nft-limit', 'nft-device', 'nft-dormant', 'multipath', 'queue-listener', 'backend-order'] as const),
]);

/**
 * Which senders no rule on the way to one destination can tell apart: those of which each address that was asked about
 * says the same.
 */
export class SenderClasses {
  /** Single addresses, by their text: a Service of 5,000 endpoints asks for each. */
  readonly single: ReadonlySet<string>;
  readonly #sets: readonly AddressSet[];
  /** The same where the same wider sets were asked about, whatever the single addresses. */
  readonly wide: string;

  private constructor(single: ReadonlySet<string>, sets: ReadonlyMap<string, AddressSet>) {
    this.single = single;
    this.#sets = [...sets.values()];
    this.wide = [...sets.keys()].join(' ');
  }

  /** @param sets whatever is asked of a sender @param single further addresses that are no others */
  static ofSets(
    sets: Iterable<AddressSet>,
    single: Iterable<string>,
    family: Address['family'],
  ): SenderClasses {
    const alone = new Set(single);
    const wide = new Map<string, AddressSet>();
    for (const set of sets) {
      const only = onlyAddress(set, family);
      if (only === null) wide.set(flat(set), set);
      else alone.add(formatAddress(only));
    }
    return new SenderClasses(alone, wide);
  }

  /**
   * @param endings every way of a packet of which the sender is not known
   * @returns null where something else of the sender counts than whether it is one of some addresses
   */
  static of(endings: readonly Ending[]): SenderClasses | null {
    const single = new Set<string>();
    const sets = new Set<AddressSet>();
    let family: Address['family'] = 'ipv4';
    // Ways share what they were asked before they parted.
    const seen = new Set<GivenNode>();
    for (const { verdict, branch } of endings) {
      if (verdict === 'unknown') return null;
      // A sender that gets its own packet back is a case of its own.
      single.add(formatAddress(branch.state.destination));
      family = branch.state.family;
      for (let node = branch.given; node !== null && !seen.has(node); node = node.before) {
        seen.add(node);
        const { question } = node;
        if (question.code === 'source-address') sets.add(question.within);
        else if (!OF_NO_SENDER.has(question.code) && !isAffinity(question)) return null;
      }
    }
    return SenderClasses.ofSets(sets, single, family);
  }

  /** @returns the name of the sender's class. */
  keyOf(sender: Address): string {
    const text = formatAddress(sender);
    const named = this.single.has(text) ? text : '';
    return `${named} ${this.patternOf(sender)}`;
  }

  /** @returns which of the wider sets have the sender. */
  patternOf(sender: Address): string {
    return this.#sets.map((set) => (allowsAddress(set, sender) ? 1 : 0)).join('');
  }
}

function onlyAddress(set: AddressSet, family: Address['family']): Address | null {
  if (set.kind === 'prefix') {
    const { value, mask } = set.prefix;
    return mask === maskOfLength(family, ADDRESS_BITS[family]) ? { family, value } : null;
  }
  const [first] = set.ranges;
  return set.ranges.length === 1 && first !== undefined && first.from === first.to
    ? { family, value: first.from }
    : null;
}

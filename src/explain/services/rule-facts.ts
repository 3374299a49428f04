import type { Rule } from '../../iptables/ruleset.ts';
import { ADDRESS_BITS, type Address } from '../../net/address.ts';
import { maskOfLength, type Prefix } from '../../net/prefix.ts';
import { formatProtocol } from '../../net/protocol.ts';

/** What kube-proxy's rules ask for, gathered from a rule's matches in one pass. */
export interface RuleFacts {
  /** `-d A/32` or `/128`, not negated. */
  readonly destination: Address | null;
  /** `-s`, not negated. */
  readonly source: Prefix | null;
  /** In lower case; null where the rule takes any protocol. */
  readonly protocol: string | null;
  /** A single `--dport`. */
  readonly port: number | null;
  readonly comment: string | null;
  /** Chance that the rule's `statistic` match lets a packet pass; null without one. */
  readonly probability: number | null;
  /** Seconds of a `recent --rcheck` or `--update`; null without one or without a limit. */
  readonly recentSeconds: number | null;
  readonly recentCheck: boolean;
  readonly destinationLocal: boolean;
  readonly physdev: boolean;
  /** What an `iptables -L` listing printed in place of the destination, the source or the port; null where it is known. */
  readonly lost: {
    readonly destination: string | null;
    readonly source: string | null;
    readonly port: string | null;
  };
  /** The rule asks for something besides protocol, comment, `statistic` and `recent --set`: it is not for every packet. */
  readonly conditional: boolean;
}

/** @returns the facts of one rule. Matches that are not listed in {@link RuleFacts} only make it `conditional`. */
export function factsOf(rule: Rule): RuleFacts {
  let destination: Address | null = null;
  let source: Prefix | null = null;
  let protocol: string | null = null;
  let port: number | null = null;
  let comment: string | null = null;
  let probability: number | null = null;
  let recentSeconds: number | null = null;
  let recentCheck = false;
  let destinationLocal = false;
  let physdev = false;
  let conditional = false;
  let lost: RuleFacts['lost'] = NOTHING_LOST;
  for (const match of rule.matches) {
    switch (match.kind) {
      case 'comment':
        comment ??= match.text;
        break;
      case 'protocol':
        if (match.negated) conditional = true;
        else protocol = match.number === null ? match.name.toLowerCase() : formatProtocol(match.number);
        break;
      case 'statistic-random':
        probability = (probability ?? 1) * (match.negated ? 1 - match.probability : match.probability);
        break;
      case 'statistic-nth': {
        const chance = match.every > 0 ? 1 / match.every : 1;
        probability = (probability ?? 1) * (match.negated ? 1 - chance : chance);
        break;
      }
      case 'recent':
        if (match.action === 'set' && !match.negated) break;
        recentCheck = true;
        recentSeconds = match.seconds;
        conditional = true;
        break;
      case 'destination':
        conditional = true;
        if (!match.negated && isHost(match.prefix)) destination = match.prefix;
        break;
      case 'source':
        conditional = true;
        if (!match.negated) source = match.prefix;
        break;
      case 'destination-port':
        conditional = true;
        if (!match.negated && match.ports.from === match.ports.to) port = match.ports.from;
        break;
      case 'addrtype':
        conditional = true;
        if (!match.negated && match.side === 'destination' && match.types.includes('LOCAL'))
          destinationLocal = true;
        break;
      case 'physdev-name':
      case 'physdev-is':
        conditional = true;
        physdev = true;
        break;
      case 'lost':
        conditional = true;
        if (!match.negated) lost = { ...lost, ...lostPart(match.what, match.text) };
        break;
      default:
        conditional = true;
    }
  }
  return {
    destination,
    source,
    protocol,
    port,
    comment,
    probability,
    recentSeconds,
    recentCheck,
    destinationLocal,
    physdev,
    lost,
    conditional,
  };
}

const NOTHING_LOST: RuleFacts['lost'] = { destination: null, source: null, port: null };

function lostPart(what: string, text: string): Partial<RuleFacts['lost']> {
  const [, side, address] = /^-([sd]) (.*)$/.exec(text) ?? [];
  if (what === 'address' && address !== undefined)
    return side === 's' ? { source: address } : { destination: address };
  const port = /^dpts?:(.*)$/.exec(text)?.[1];
  return what === 'port' && port !== undefined ? { port } : {};
}

function isHost(prefix: Prefix): boolean {
  return prefix.mask === maskOfLength(prefix.family, ADDRESS_BITS[prefix.family]);
}

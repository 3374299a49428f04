import type { Match, OpaqueModule } from '../../iptables/match.ts';
import type { Rule, RuleList, Ruleset } from '../../iptables/ruleset.ts';
import { parseProtocol } from '../../net/protocol.ts';

/** What rules mention that a packet can have, gathered from their text; only the few that may mention more are parsed. */
export class Survey {
  readonly protocols = new Set<number>();
  readonly devices = new Set<string>();
  /** Names of ipsets that rules ask. */
  readonly sets = new Set<string>();
  /** Matches whose answer no capture holds, and how many rules ask each. */
  readonly unknown = new Map<OpaqueModule | 'unrecognised', number>();
  /** Packets that no trace stands for, and the first rule that asks for them. */
  readonly notFollowed = new Map<NotFollowed, Rule>();
  readonly #protocolNames = new Set<string>();

  /** Takes in one rule of a list, given its text. */
  rule(rules: RuleList, index: number, text: string): void {
    this.#takeProtocol(text);
    if (MAY_MENTION.test(text)) this.#parsed(rules.at(index));
  }

  #takeProtocol(text: string): void {
    const at = text.indexOf(' -p ');
    if (at < 0) return;
    const end = text.indexOf(' ', at + 4);
    const name = text.slice(at + 4, end < 0 ? undefined : end);
    if (this.#protocolNames.has(name)) return;
    this.#protocolNames.add(name);
    const number = parseProtocol(name);
    if (number !== null && number !== 0) this.protocols.add(number);
  }

  #parsed(rule: Rule): void {
    for (const match of rule.matches) this.#match(match, rule);
    // `SET --map-set` gives the packet what the set holds beside its address.
    const mapped = / --map-set (\S+)/.exec(rule.text)?.[1];
    if (mapped !== undefined) this.sets.add(mapped);
    // The mark of a connection is what earlier packets left there.
    if (rule.target?.kind === 'connmark-restore' && !this.notFollowed.has('answers'))
      this.notFollowed.set('answers', rule);
  }

  #match(match: Match, rule: Rule): void {
    const beyond = notFollowed(match);
    if (beyond !== null && !this.notFollowed.has(beyond)) this.notFollowed.set(beyond, rule);
    switch (match.kind) {
      case 'ctproto': {
        const number = match.number ?? parseProtocol(match.name);
        if (number !== null) this.protocols.add(number);
        break;
      }
      case 'in-interface':
      case 'physdev-name':
        this.devices.add(match.name);
        break;
      case 'set':
        this.sets.add(match.name);
        break;
      case 'opaque':
        this.unknown.set(match.module, (this.unknown.get(match.module) ?? 0) + 1);
        break;
      case 'unrecognised':
        this.unknown.set('unrecognised', (this.unknown.get('unrecognised') ?? 0) + 1);
        break;
      default:
        break;
    }
  }
}

/** Kinds of packets that are not traced, though a rule can tell them from others. */
export type NotFollowed = 'answers' | 'fragments' | 'chunks';

/**
 * A packet of a connection that exists is traced in its original direction, without NAT: rules that see no more of a
 * connection than its state treat answers and translated packets as they treat such a one.
 */
function notFollowed(match: Match): NotFollowed | null {
  switch (match.kind) {
    case 'ctdir':
    case 'ctaddress':
    case 'ctport':
    case 'ctstatus':
    case 'ctexpire':
    case 'helper':
    case 'connmark':
      return 'answers';
    case 'ctstate':
      return match.states.some((state) => state === 'DNAT' || state === 'SNAT') &&
        !match.states.includes('ESTABLISHED')
        ? 'answers'
        : null;
    case 'fragment':
      return 'fragments';
    case 'sctp-chunks':
    case 'dccp-types':
      return 'chunks';
    default:
      return null;
  }
}

/** Rules of kube-proxy for Services and endpoints mention none of these. */
const KNOWN_MODULES = 'comment|tcp|udp|statistic|recent|addrtype|nfacct|multiport|iprange|icmp6?|mark';
const MAY_MENTION = new RegExp(
  ` -i |-m (?!(?:${KNOWN_MODULES}) )| -f |--chunk-types|--dccp-types|--restore-mark|--map-set| -p [0-9]`,
);

/** @returns every rule of a ruleset, with its text. */
export function* rulesOf(ruleset: Ruleset): Generator<{ rules: RuleList; index: number }> {
  for (const table of ruleset.tables.values())
    for (const { rules } of table.chains.values())
      for (let index = 0; index < rules.length; index++) yield { rules, index };
}

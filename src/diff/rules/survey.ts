import type { Match, OpaqueModule } from '../../iptables/match.ts';
import type { Rule, RuleList, Ruleset } from '../../iptables/ruleset.ts';
import { parseProtocol } from '../../net/protocol.ts';
import type { IcmpKind, PacketConntrack } from '../space/universe.ts';

/** What rules mention that a packet can have, gathered from their text; only the few that may mention more are parsed. */
export class Survey {
  readonly protocols = new Set<number>();
  readonly states = new Set<PacketConntrack>();
  readonly marks = new Set<number>();
  readonly devices = new Set<string>();
  readonly icmp: IcmpKind[] = [];
  /** Names of ipsets that rules ask. */
  readonly sets = new Set<string>();
  /** Matches whose answer no capture holds, and how many rules ask each. */
  readonly unknown = new Map<OpaqueModule | 'unrecognised', number>();
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

  #parsed({ matches, target }: Rule): void {
    for (const match of matches) this.#match(match);
    if (target?.kind === 'mark' || target?.kind === 'connmark-set') this.marks.add(target.value >>> 0);
    if (target?.kind === 'tproxy') this.marks.add(target.mark >>> 0);
  }

  #match(match: Match): void {
    switch (match.kind) {
      case 'mark':
      case 'connmark':
        this.marks.add(match.value >>> 0);
        break;
      case 'in-interface':
        this.devices.add(match.name);
        break;
      case 'ctstate':
        for (const state of match.states) if (state !== 'SNAT' && state !== 'DNAT') this.states.add(state);
        break;
      case 'icmp-type':
        if (match.type !== 255) this.icmp.push({ type: match.type, code: match.codes.from });
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

/** Rules of kube-proxy for Services and endpoints mention none of these. */
const KNOWN_MODULES = 'comment|tcp|udp|sctp|statistic|recent|addrtype|nfacct|multiport|physdev|iprange';
const MAY_MENTION = new RegExp(
  ` -i |mark| --ctstate | --state |icmp| -m (?!(?:${KNOWN_MODULES}) )|-j TPROXY| -p [0-9]`,
);

/** @returns every rule of a ruleset, with its text. */
export function* rulesOf(ruleset: Ruleset): Generator<{ rules: RuleList; index: number }> {
  for (const table of ruleset.tables.values())
    for (const { rules } of table.chains.values())
      for (let index = 0; index < rules.length; index++) yield { rules, index };
}

import type { Rule } from '../../iptables/ruleset.ts';
import type { NatRange } from '../../iptables/target.ts';
import { type Address, formatAddress, sameAddress } from '../../net/address.ts';
import { hasPorts } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { isStopped } from '../../trace/outcome.ts';
import { tracePacket } from '../../trace/trace-packet.ts';
import { readDestination } from '../question/destination.ts';
import { type Known, plainQuestion, type TraceQuestion } from '../question/question.ts';
import { readVantages } from '../question/vantage.ts';
import { kubeProxyTables } from '../services/nft/kube-proxy-tables.ts';
import type { FlowPlace } from './flow-places.ts';

/** What the rules would do with the first packet of a flow, were it to begin now. */
export type FreshStart = 'translated' | 'refused' | 'passes' | 'unknown';

/** Traces are dear next to looking up a flow; so many different questions are answered, and no more. */
const MOST_TRACES = 500;

/** Asks the tracer about flows as if they began now. One answer for each client, destination and port. */
export class FreshStarts {
  readonly #known: Known;
  readonly #recover: (rule: Rule, jump: Rule | null) => NatRange | null;
  readonly #answers = new Map<string, FreshStart>();

  constructor(known: Known, recover: (rule: Rule, jump: Rule | null) => NatRange | null) {
    this.#known = known;
    this.#recover = recover;
  }

  /** @returns `unknown` also where the rules of the family were not captured. */
  of(source: Address, place: FlowPlace): FreshStart {
    if (!hasPorts(place.protocol) || place.port === null) return 'unknown';
    const key = `${formatAddress(source)} ${formatAddress(place.address)} ${place.protocol} ${place.port}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#answers.size < MOST_TRACES ? this.#trace(source, place, place.port) : 'unknown';
    this.#answers.set(key, answer);
    return answer;
  }

  #trace(source: Address, { protocol, address, port }: FlowPlace, destinationPort: number): FreshStart {
    const rulesets = this.#known.rulesets.filter(({ family }) => family === address.family);
    const isCaptured =
      this.#known.proxyMode === 'nftables'
        ? kubeProxyTables(this.#known).some(({ family }) => family === address.family)
        : rulesets.length > 0;
    if (!isCaptured) return 'unknown';
    const question: TraceQuestion = {
      ...plainQuestion(socketText(address, port)),
      from: formatAddress(source),
      protocol: String(protocol),
    };
    const [vantage] = readVantages(question, readDestination(question, this.#known), this.#known);
    if (vantage === undefined) return 'unknown';
    const trace = tracePacket(
      {
        family: address.family,
        protocol,
        source: vantage.sender,
        sourcePort: null,
        destination: address,
        destinationIsLocal: false,
        destinationPort,
        icmp: null,
        entersAt: vantage.entersAt,
        inInterface: vantage.inInterface,
        mark: 0,
        state: 'NEW',
      },
      {
        rulesets,
        nft: this.#known.nft ?? null,
        nftHooks: this.#known.nftHooks?.[address.family] ?? null,
        host: this.#known.host,
        flows: null,
        recoverDestination: this.#recover,
      },
    );
    const { outcomes } = trace;
    const isTranslated = (index: number) => {
      const to = outcomes[index]?.destination;
      return to !== undefined && (!sameAddress(to.address, address) || to.port !== destinationPort);
    };
    if (outcomes.length === 0) return 'unknown';
    if (outcomes.every((_, index) => isTranslated(index))) return 'translated';
    if (outcomes.every(isStopped)) return 'refused';
    return outcomes.some(({ verdict }, index) => verdict === 'unknown' || isTranslated(index))
      ? 'unknown'
      : 'passes';
  }
}

import type { AddressIds } from '../../../conntrack/address-ids.ts';
import type { Flow } from '../../../conntrack/flow.ts';
import type { FlowRow } from '../../../conntrack/flow-row.ts';
import { KeyNumbers } from '../../../conntrack/key-numbers.ts';
import { type Address, formatAddress } from '../../../net/address.ts';
import { formatProtocol, hasPorts } from '../../../net/protocol.ts';
import type { FlowProblemCode } from '../../flow-list.ts';
import { isOver } from '../diagnose-flow.ts';
import type { FlowStanding } from '../flow-verdict.ts';
import type { DifferenceCause, FlowAgreement } from './agreement.ts';
import { ClientKinds, ClientNumbers } from './client-kinds.ts';
import type { ComparedWay, DestinationTally, Differing, Judgement } from './destination-tally.ts';
import { causeOf } from './difference-cause.ts';
import type { Fate } from './fate.ts';
import type { Asked, DestinationFates, FirstPackets } from './first-packets.ts';
import { todayOf } from './today-item.ts';

/** Differences told; the others are counted. */
const MOST_TOLD = 100;

const ALL_RULES = 'capture all tables with `iptables-save -c`';

/** Compares flows with what the rules of today would do with their first packets, as they go by. */
export class AgreementTally {
  readonly #packets: FirstPackets;
  readonly #ids: AddressIds;
  readonly #address: (id: number) => Address;
  readonly #clients: ClientNumbers;
  /** By address, port and protocol. */
  readonly #destinationNumbers = new KeyNumbers();
  readonly #destinations: DestinationTally[] = [];
  /** By address, port, and whether masqueraded. */
  readonly #ways = new KeyNumbers();
  readonly #goals = new WeakMap<Fate, ReadonlySet<number>>();
  readonly #differing = new Map<string, Differing>();
  #translated = 0;
  #agree = 0;
  #differ = 0;
  #lacksNft = false;
  #lacksRules = false;
  #untold = false;

  constructor(packets: FirstPackets, ids: AddressIds, address: (id: number) => Address) {
    this.#packets = packets;
    this.#ids = ids;
    this.#address = address;
    this.#clients = new ClientNumbers(packets, ids);
  }

  /**
   * @param standing what is known of where it goes @param isKnown a Service or pod that is known has the destination
   * @param way of its destination and what answers; null: nothing keeps that @param read reads the whole flow again
   */
  add(
    row: FlowRow,
    standing: FlowStanding,
    isKnown: boolean,
    way: ComparedWay | null,
    read: () => Flow | null,
  ): void {
    const { original, reply } = row;
    const masqueraded = reply.destination !== original.source;
    const moved = reply.source !== original.destination || reply.sourcePort !== original.destinationPort;
    if (!masqueraded && !moved) return;
    this.#translated++;
    if (standing.untold === true) this.#untold = true;
    // Zones are given to packets by rules, or by programs beside them that NAT on their own.
    if (row.zone !== 0) return;
    const destination = way?.destination ?? this.#destinationOf(row, isKnown, read);
    if (destination === null) return;
    if (way !== null) way.destination = destination;
    const { fates, kinds } = destination;
    if (fates === null || kinds === null) return;
    const fate = kinds.fateOf(original.source);
    if (fate === null) return;
    if (this.#mayGo(fate, row, masqueraded, way)) {
      this.#agree++;
      return;
    }
    const key = `${original.source} ${reply.source} ${reply.sourcePort} ${masqueraded} ${isOver(row)}`;
    let judgement = destination.judged.get(key);
    if (judgement === undefined) {
      judgement = this.#judge(row, fates, standing, read);
      destination.judged.set(key, judgement);
    }
    if (judgement === 'agrees') this.#agree++;
    else if (judgement !== 'not-compared') {
      this.#differ++;
      judgement.differing.flows++;
    }
  }

  /** Whether a first packet that fares so may go as the flow does. */
  #mayGo(fate: Fate, { reply }: FlowRow, masqueraded: boolean, way: ComparedWay | null): boolean {
    if (way !== null && fate === (masqueraded ? way.agreesMasqueraded : way.agrees)) return true;
    const goals = this.#goalsOf(fate);
    if (!goals.has(this.#ways.find(reply.source, reply.sourcePort, masqueraded ? 1 : 0))) return false;
    if (way !== null && masqueraded) way.agreesMasqueraded = fate;
    else if (way !== null) way.agrees = fate;
    return true;
  }

  /** @returns null where no flow was translated. */
  result(): FlowAgreement {
    const causes = new Map<DifferenceCause, number>();
    const differing = [...this.#differing.values()].sort((a, b) => b.flows - a.flows);
    for (const { item, flows } of differing) causes.set(item.cause, (causes.get(item.cause) ?? 0) + flows);
    return {
      translated: this.#translated,
      agree: this.#agree,
      differ: this.#differ,
      notCompared: this.#translated - this.#agree - this.#differ,
      settle: this.#settle(),
      causes: [...causes].map(([cause, flows]) => ({ cause, flows })).sort((a, b) => b.flows - a.flows),
      differing: differing.slice(0, MOST_TOLD).map(({ item, flows }) => ({ ...item, flows })),
    };
  }

  #settle(): string | null {
    if (this.#untold)
      return `only some rules of their Services are in the capture, so that it is not known whether they are stuck; ${ALL_RULES}`;
    if (this.#lacksNft) return 'capture `nft -j list ruleset`: a table of it may translate them so';
    return this.#lacksRules ? ALL_RULES : null;
  }

  /** @returns null for one that is met first where no more is traced. */
  #destinationOf(row: FlowRow, isKnown: boolean, read: () => Flow | null): DestinationTally | null {
    const { protocol, original } = row;
    const { destination, destinationPort } = original;
    const number = this.#destinationNumbers.find(destination, destinationPort, protocol);
    if (number >= 0) return this.#destinations[number] ?? null;
    // What is kept of each of a million destinations outside would fill the memory, and tell nothing.
    const kind = isKnown ? {} : ({ strange: true } as const);
    if (this.#packets.isSpent(kind)) return null;
    const begun = this.#begin(row, kind, read);
    this.#destinations[this.#destinationNumbers.of(destination, destinationPort, protocol)] = begun;
    return begun;
  }

  #begin(
    { protocol, original }: FlowRow,
    kind: Pick<Asked, 'strange'>,
    read: () => Flow | null,
  ): DestinationTally {
    const address = this.#address(original.destination);
    const port = original.destinationPort < 0 ? null : original.destinationPort;
    const icmp = hasPorts(protocol) ? null : (read()?.original.icmp ?? null);
    const fates = this.#packets.destination({ protocol, address, port, icmp, ...kind });
    if (fates === null) this.#lacksRules = true;
    const kinds = fates === null ? null : new ClientKinds(fates, this.#clients);
    return { fates, kinds, judged: new Map() };
  }

  #goalsOf(fate: Fate): ReadonlySet<number> {
    const known = this.#goals.get(fate);
    if (known !== undefined) return known;
    const keys = fate.goals.map(({ to, toPort, masqueraded }) =>
      this.#ways.of(this.#ids.of(to), toPort ?? -1, masqueraded ? 1 : 0),
    );
    const goals = new Set(keys);
    this.#goals.set(fate, goals);
    return goals;
  }

  /** Looks closer at a flow that goes another way than one like it would: at its own client, and at other ways in. */
  #judge(row: FlowRow, fates: DestinationFates, standing: FlowStanding, read: () => Flow | null): Judgement {
    const { original, reply } = row;
    const client = this.#address(original.source);
    const masqueraded = reply.destination !== original.source;
    const goal = this.#ways.of(reply.source, reply.sourcePort, masqueraded ? 1 : 0);
    // Of a flow that is stuck it is known already that nothing sends new ones there.
    if (causeOf(row, standing) === 'stale') {
      const alike = fates.of(client);
      if (alike !== null && !alike.open && !this.#goalsOf(alike).has(goal))
        return { differing: this.#differingLike(row, alike, standing, read) };
    }
    const own = fates.closely(client);
    if (own === null) return 'not-compared';
    if (this.#goalsOf(own).has(goal)) return 'agrees';
    const elsewhere = fates.throughAnyDoor(client);
    if (elsewhere !== null && this.#goalsOf(elsewhere).has(goal)) return 'agrees';
    if (own.open) return 'not-compared';
    if (causeOf(row, standing) === 'unknown' && !this.#packets.hasEveryTable) {
      this.#lacksNft = true;
      return 'not-compared';
    }
    if (!fates.isSettled(client)) return 'not-compared';
    return { differing: this.#differingLike(row, own, standing, read) };
  }

  #differingLike(row: FlowRow, fate: Fate, standing: FlowStanding, read: () => Flow | null): Differing {
    const { protocol, original, reply } = row;
    const masqueraded = reply.destination !== original.source;
    const cause = causeOf(row, standing);
    const problem: FlowProblemCode | null = isOver(row) ? null : (standing.verdict?.code ?? null);
    const today = todayOf(fate);
    const key = [
      ...[protocol, original.destination, original.destinationPort, reply.source, reply.sourcePort],
      ...[masqueraded, cause, problem, JSON.stringify(today)],
    ].join(' ');
    const known = this.#differing.get(key);
    if (known !== undefined) return known;
    const flow = read();
    const spot = (id: number, port: number) => ({
      address: this.#ids.textOf(id),
      port: port < 0 ? null : port,
    });
    const made: Differing = {
      flows: 0,
      item: {
        cause,
        problem,
        protocol: formatProtocol(protocol),
        client: formatAddress(this.#address(original.source)),
        destination: spot(original.destination, original.destinationPort),
        goesTo: spot(reply.source, reply.sourcePort),
        masqueraded,
        today,
        file: flow?.file ?? null,
        line: flow?.line ?? null,
      },
    };
    this.#differing.set(key, made);
    return made;
  }
}

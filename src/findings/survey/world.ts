import { completeListings } from '../../explain/question/complete-listing.ts';
import { rulesOfFamily } from '../../explain/question/other-family.ts';
import type { Known } from '../../explain/question/question.ts';
import type { Namer } from '../../explain/trace/namer.ts';
import type { Address, Family } from '../../net/address.ts';
import { SCTP, TCP, UDP } from '../../net/protocol.ts';
import { isStopped, type Trace } from '../../trace/outcome.ts';
import { type Packet, senderOf } from '../../trace/packet.ts';
import { followPacket, type TraceOptions, toldWays, tracePacket } from '../../trace/trace-packet.ts';
import type { World } from '../../trace/world.ts';
import type { Client } from './senders.ts';

/** Where a followed packet is sent. */
export interface Target {
  readonly address: Address;
  readonly port: number;
  /** IP protocol number. */
  readonly protocol: number;
  /** True where it is known to be an address of the node, whatever the capture holds. */
  readonly isLocal?: boolean;
}

/** Follows new connections through the rules of one capture. */
export class Follower {
  readonly #known: Known;
  readonly #namer: Namer;
  readonly #worlds = new Map<string, World>();

  constructor(known: Known, namer: Namer) {
    this.#known = known;
    this.#namer = namer;
  }

  /**
   * @param options `shares: false` where only the ways matter, and not how often each is taken
   * @returns every way that a new connection of this client can take. Flows that live already are left aside.
   */
  follow(client: Client, target: Target, options: Pick<TraceOptions, 'shares'> = {}): Trace {
    const world = this.#world(target.address.family, client.entersAt);
    return tracePacket(firstPacket(client, target), world, options);
  }

  /** @returns the same where a way ends at this node; null where none does, which most packets' ways are not told for. */
  followStopped(client: Client, target: Target): Trace | null {
    const packet = firstPacket(client, target);
    const ways = followPacket(packet, this.#world(packet.family, client.entersAt));
    return ways.endings.some(isStopped) ? toldWays(packet, ways) : null;
  }

  /**
   * @param from who answers, on another node
   * @param inInterface by which the answer comes in
   * @returns every way that the answer to an established connection of a pod can take, before anything translates it back
   */
  answer(from: Target, client: Address, inInterface: string): Trace {
    const { family } = client;
    return tracePacket(
      {
        family,
        protocol: from.protocol,
        source: senderOf(from.address),
        sourcePort: from.port,
        destination: client,
        destinationIsLocal: false,
        destinationPort: null,
        icmp: null,
        entersAt: 'PREROUTING',
        inInterface,
        mark: 0,
        state: 'ESTABLISHED',
      },
      this.#world(family, 'PREROUTING'),
    );
  }

  #world(family: Family, entersAt: 'PREROUTING' | 'OUTPUT'): World {
    const key = `${family} ${entersAt}`;
    const known = this.#worlds.get(key);
    if (known !== undefined) return known;
    const captured = rulesOfFamily(this.#known, family);
    const world: World = {
      rulesets: completeListings(captured, this.#namer.naming).rulesets,
      nft: this.#known.nft ?? null,
      nftHooks: this.#known.nftHooks?.[family] ?? null,
      host: this.#known.host,
      flows: null,
      ipvs: this.#known.ipvs ?? null,
      recoverDestination: (rule, jump) => this.#namer.recoverDestination(rule, jump),
    };
    this.#worlds.set(key, world);
    return world;
  }
}

function firstPacket(client: Client, { address, port, protocol, isLocal = false }: Target): Packet {
  return {
    family: address.family,
    protocol,
    source: client.sender,
    sourcePort: null,
    destination: address,
    destinationIsLocal: isLocal,
    destinationPort: [TCP, UDP, SCTP].includes(protocol) ? port : null,
    icmp: null,
    entersAt: client.entersAt,
    inInterface: client.entersAt === 'OUTPUT' ? null : client.inInterface,
    mark: 0,
    state: 'NEW',
  };
}

import { isLocalAddress } from '../../../host/local-addresses.ts';
import { isPicked } from '../../../iptables/picked.ts';
import type { Ruleset } from '../../../iptables/ruleset.ts';
import { type Address, formatAddress } from '../../../net/address.ts';
import { hasPorts } from '../../../net/protocol.ts';
import { socketText } from '../../../net/socket.ts';
import type { Ending } from '../../../trace/branch.ts';
import type { Observer } from '../../../trace/observer.ts';
import { type Device, type Sender, senderOf } from '../../../trace/packet.ts';
import { followPacket } from '../../../trace/trace-packet.ts';
import { tracedNode } from '../../connection/traced-node.ts';
import { explainTrace } from '../../explain-trace.ts';
import { knownBut } from '../../question/known-but.ts';
import { type Known, plainQuestion, QuestionError, type TraceQuestion } from '../../question/question.ts';
import { interfaceTowards } from '../../question/vantage.ts';
import { type Fate, fateOf } from './fate.ts';
import { SenderClasses } from './sender-classes.ts';
import { SenderQuestions } from './sender-questions.ts';

/** Where a flow's first packet went. */
export interface Asked {
  /** IP protocol number. */
  readonly protocol: number;
  readonly address: Address;
  /** Null for protocols without. */
  readonly port: number | null;
  /** Of a ping and its like. */
  readonly icmp: { readonly type: number; readonly code: number } | null;
  /** Nothing that is known is there, as outside. */
  readonly strange?: true;
}

/** By where a packet comes in; of a process of the node: null. */
export type Door = Device;

/** A trace costs about a millisecond: so many different kinds of flows are compared, and no more. */
const MOST_TRACES = 5_000;
/** So many of them are kept for destinations that are known: a node that masquerades what goes out has a destination for each site. */
const KEPT_FOR_KNOWN = 2_500;
/** And so many flows that differ are looked at for their own client; of more, one for each kind of client is. */
const MOST_CLOSER = 300;
/** Whole answers that are asked for. */
const MOST_ANSWERS = 1_000;

/**
 * Sends the first packets of flows through the rules of today. Clients that no rule can tell apart are traced once:
 * a million of them from outside are of a few kinds.
 */
export class FirstPackets {
  readonly #known: Known;
  /** What a whole answer is told from: it would count the flows to its destination, in the whole listing each time. */
  readonly #withoutFlows: Known;
  readonly #doors = { ipv4: new Map<bigint, Door>(), ipv6: new Map<bigint, Door>() };
  #traces = 0;
  #strangeTraces = 0;
  #closer = 0;
  #answers = 0;

  constructor(known: Known) {
    this.#known = known;
    this.#withoutFlows = knownBut(known, { flows: null });
  }

  /** @returns null where the rules of the family were not captured, or only in part. */
  destination(asked: Asked): DestinationFates | null {
    const { rulesets, nft } = this.#known;
    const own = rulesets.filter(({ family }) => family === asked.address.family);
    // A listing shows some chains or tables; a rule that it lacks may have sent the flow where it went.
    const isWhole = own.length === 0 ? nft != null && nft.part !== true : own.every(isWholeDump);
    return isWhole ? new DestinationFates(asked, this) : null;
  }

  /**
   * False where a table of nft that was not captured may translate, too: `iptables-save` shows those of iptables alone, and every
   * program may have one.
   */
  get hasEveryTable(): boolean {
    const { nft } = this.#known;
    return nft != null && nft.cutAt === null && nft.part !== true;
  }

  /** @returns true where no further packet to such a destination is traced: of new ones nothing more is found out. */
  isSpent({ strange }: Pick<Asked, 'strange'>): boolean {
    if (this.#traces >= MOST_TRACES) return true;
    return strange === true && this.#strangeTraces >= MOST_TRACES - KEPT_FOR_KNOWN;
  }

  /** @returns by which interface a client's packets come in: where answers to it go out; null: it is of the node itself. */
  doorOf(client: Address): Door {
    const doors = this.#doors[client.family];
    if (doors.has(client.value)) return doors.get(client.value);
    const door = this.findDoor(client);
    doors.set(client.value, door);
    return door;
  }

  /** The same for who keeps it: a million flows have clients enough to fill the memory, once. */
  findDoor(client: Address): Door {
    const local = isLocalAddress(this.#known.host, client) === true;
    return local ? null : interfaceTowards(this.#known, client);
  }

  /** @returns whether one more client may be looked at for itself. */
  mayLookCloser(): boolean {
    return this.#closer++ < MOST_CLOSER;
  }

  /** @returns false where `trace` itself says that it does not know what becomes of the packet. */
  isSettled({ protocol, address, port }: Asked, client: Address): boolean {
    if (this.#answers++ >= MOST_ANSWERS) return false;
    const question: TraceQuestion = {
      ...plainQuestion(socketText(address, port)),
      from: formatAddress(client),
      protocol: String(protocol),
      ctstate: 'NEW',
    };
    try {
      const items = explainTrace(question, this.#withoutFlows);
      return items.every(({ outcomes }) => outcomes.every(({ verdict }) => verdict !== 'unknown'));
    } catch (error) {
      // Of a protocol, or an address, that no question can name.
      if (error instanceof QuestionError) return false;
      throw error;
    }
  }

  /** @returns false where routing, or IPVS, tells senders apart, and not rules alone. */
  areSendersToldByRules({ family }: Address): boolean {
    const { host, ipvs } = this.#known;
    const rules = host.policyRules[family] ?? [];
    return (
      (ipvs ?? null) === null &&
      rules.every(({ source, unmodelled }) => source === null && unmodelled.length === 0)
    );
  }

  /** @param observer is told what is asked on the way. @returns every way of the packet; null where as much was traced as is. */
  follow(asked: Asked, source: Sender, door: Door, observer?: Observer): readonly Ending[] | null {
    if (this.isSpent(asked)) return null;
    this.#traces++;
    if (asked.strange === true) this.#strangeTraces++;
    const { protocol, address, port, icmp } = asked;
    const packet = {
      family: address.family,
      protocol,
      source,
      sourcePort: null,
      destination: address,
      destinationIsLocal: false,
      destinationPort: hasPorts(protocol) ? port : null,
      icmp,
      entersAt: door === null ? 'OUTPUT' : 'PREROUTING',
      inInterface: door,
      mark: 0,
      state: 'NEW',
    } as const;
    const world = tracedNode(this.#known, false).view.world(address.family);
    const seen = observer === undefined ? {} : { observer };
    return followPacket(packet, world, { shares: false, ...seen }).endings;
  }
}

/** The tables of a dump may stand beside lines that were picked of another. */
function isWholeDump({ form, tables }: Ruleset): boolean {
  return form === 'save' && ![...tables.values()].some((table) => table.cut === undefined && isPicked(table));
}

/** @returns what is known by the key, found out once. */
function once<Key, Value>(known: Map<Key, Value>, key: Key, find: () => Value): Value {
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = find();
  known.set(key, found);
  return found;
}

/** Clients of one interface that the same was asked about, with the same answers: they fare alike. */
export interface AlikeSenders {
  /** The one that was traced. */
  readonly client: Address;
  readonly classes: SenderClasses;
  /** Which of the classes it is. */
  readonly key: string;
  readonly fate: Fate;
}

/** What becomes of new connections to one destination, client by client. */
export class DestinationFates {
  readonly #asked: Asked;
  readonly #packets: FirstPackets;
  /** Clients whose packets were traced, by the interface. Null: not told so. */
  readonly #alike = new Map<Door, AlikeSenders[] | null>();
  readonly #classes = new Map<Door, SenderClasses | null>();
  readonly #shared = new Map<string, Fate | null>();
  readonly #exact = new Map<bigint, Fate | null>();
  readonly #throughAny = new Map<string, Fate | null>();
  readonly #settled = new Map<string, boolean>();

  constructor(asked: Asked, packets: FirstPackets) {
    this.#asked = asked;
    this.#packets = packets;
  }

  /** @returns the fate of a client's first packet, traced for it or for one like it; null where none was. */
  of(client: Address): Fate | null {
    const told = this.#likeOneBefore(client);
    if (told !== undefined) return told;
    const name = this.#className(client);
    return name === null ? this.#exactly(client) : once(this.#shared, name, () => this.#exactly(client));
  }

  /**
   * Kinds of clients that come in by an interface and were met so far, in the order in which they count: a client is of the first
   * that it fits. Null where they are not told apart by addresses alone.
   */
  kindsAt(door: Door): readonly AlikeSenders[] | null {
    return this.#alike.get(door) ?? null;
  }

  /** @returns undefined where clients of its interface are not told apart by addresses alone. */
  #likeOneBefore(client: Address): Fate | null | undefined {
    const door = this.#packets.doorOf(client);
    // Processes of the node have sockets, users and routes of their own.
    if (door === null) return undefined;
    let known = this.#alike.get(door);
    if (known === undefined) {
      known = this.#packets.areSendersToldByRules(client) ? [] : null;
      this.#alike.set(door, known);
    }
    if (known === null) return undefined;
    const like = known.find(({ classes, key }) => classes.keyOf(client) === key);
    if (like !== undefined) return like.fate;
    const asked = new SenderQuestions();
    const endings = this.#packets.follow(this.#asked, senderOf(client), door, asked);
    if (endings === null) return null;
    const fate = fateOf(client, endings);
    this.#exact.set(client.value, fate);
    const classes = asked.classes(endings, client.family);
    if (classes === null) this.#alike.set(door, null);
    else known.push({ client, classes, key: classes.keyOf(client), fate });
    return fate;
  }

  /** @returns the same, of this very client where there are not too many that are asked about so closely. */
  closely(client: Address): Fate | null {
    return this.#exact.has(client.value) || this.#packets.mayLookCloser()
      ? this.#exactly(client)
      : this.of(client);
  }

  /** @returns the fate where nothing is taken for granted of the interface that the client comes in by; null for the node's own. */
  throughAnyDoor(client: Address): Fate | null {
    if (this.#packets.doorOf(client) === null) return null;
    const name = this.#className(client) ?? formatAddress(client);
    return once(this.#throughAny, name, () => this.#trace(client, undefined));
  }

  /** @returns false where it is not known for sure what becomes of this client's. */
  isSettled(client: Address): boolean {
    const name = this.#className(client) ?? formatAddress(client);
    return once(this.#settled, name, () => this.#packets.isSettled(this.#asked, client));
  }

  #exactly(client: Address): Fate | null {
    return once(this.#exact, client.value, () => this.#trace(client, this.#packets.doorOf(client)));
  }

  /** Clients of one name cannot be told apart; null where each is one by itself. */
  #className(client: Address): string | null {
    const door = this.#packets.doorOf(client);
    const alike = this.#alike.get(door)?.findIndex(({ classes, key }) => classes.keyOf(client) === key) ?? -1;
    if (alike >= 0) return `${door} ${alike}`;
    const key = door === null ? null : (this.#classesAt(door)?.keyOf(client) ?? null);
    return key === null ? null : `${door} like ${key}`;
  }

  #trace(client: Address, door: Door): Fate | null {
    const endings = this.#packets.follow(this.#asked, senderOf(client), door);
    return endings === null ? null : fateOf(client, endings);
  }

  #classesAt(door: Door): SenderClasses | null {
    const known = this.#classes.get(door);
    if (known !== undefined) return known;
    // What is sent by somebody of whom nothing is known asks every question that tells senders apart.
    const anybody: Sender = { address: null, within: [], outside: [], local: false };
    const endings = this.#packets.follow(this.#asked, anybody, door);
    const classes = endings === null ? null : SenderClasses.of(endings);
    this.#classes.set(door, classes);
    return classes;
  }
}

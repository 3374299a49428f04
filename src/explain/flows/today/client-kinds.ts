import type { AddressIds } from '../../../conntrack/address-ids.ts';
import { Counts } from '../counts.ts';
import type { Fate } from './fate.ts';
import type { AlikeSenders, DestinationFates, Door, FirstPackets } from './first-packets.ts';
import type { SenderClasses } from './sender-classes.ts';

/** So many lists of wider sets have what they say of each client kept, four bytes a client; of others it is asked anew. */
const MOST_KEPT = 16;

/** What one list of wider sets says of clients. */
interface Patterns {
  readonly numbers: Map<string, number>;
  /** By client: the pattern's number; 0: not asked yet. Null: not kept. */
  readonly byClient: Counts | null;
}

/** What is asked of clients for every destination, by the numbers of their addresses: each is found out once. */
export class ClientNumbers {
  readonly #packets: FirstPackets;
  readonly ids: AddressIds;
  readonly #doors: Door[] = [];
  /** By client: the place in `#doors` + 1; 0: not asked yet. */
  readonly #doorOf = new Counts();
  readonly #lists = new Map<string, Patterns>();

  constructor(packets: FirstPackets, ids: AddressIds) {
    this.#packets = packets;
    this.ids = ids;
  }

  /** @returns the number of the interface by which the client comes in; `doorAt` has it. */
  doorOf(client: number): number {
    const known = this.#doorOf.of(client);
    if (known !== 0) return known - 1;
    const door = this.#packets.findDoor(this.ids.addressOf(client));
    const before = this.#doors.indexOf(door);
    const number = before < 0 ? this.#doors.push(door) - 1 : before;
    this.#doorOf.add(client, number + 1);
    return number;
  }

  doorAt(number: number): Door {
    return this.#doors[number];
  }

  /** @returns what is said of clients by the wider sets of these classes. */
  patternsOf({ wide }: SenderClasses): Patterns {
    const known = this.#lists.get(wide);
    if (known !== undefined) return known;
    const made = { numbers: new Map(), byClient: this.#lists.size < MOST_KEPT ? new Counts() : null };
    this.#lists.set(wide, made);
    return made;
  }
}

/** Clients that fare alike, as numbers: one comparison tells whether a client is of them. */
class ClientKind {
  readonly fate: Fate;
  readonly #classes: SenderClasses;
  readonly #clients: ClientNumbers;
  readonly #patterns: Patterns;
  /** Clients that are classes of their own. */
  readonly #single: ReadonlySet<number>;
  /** The one client that it is; null: all with the pattern that are not single. */
  readonly #alone: number | null;
  readonly #pattern: number;

  constructor({ client: first, classes, fate }: AlikeSenders, clients: ClientNumbers) {
    const client = clients.ids.of(first);
    this.fate = fate;
    this.#classes = classes;
    this.#clients = clients;
    this.#patterns = clients.patternsOf(classes);
    this.#single = new Set([...classes.single].map((text) => clients.ids.ofText(text) ?? -1));
    this.#alone = this.#single.has(client) ? client : null;
    this.#pattern = this.#patternOf(client);
  }

  has(client: number): boolean {
    if (this.#alone !== null) return client === this.#alone;
    return !this.#single.has(client) && this.#patternOf(client) === this.#pattern;
  }

  #patternOf(client: number): number {
    const { numbers, byClient } = this.#patterns;
    const known = byClient?.of(client) ?? 0;
    if (known !== 0) return known;
    const text = this.#classes.patternOf(this.#clients.ids.addressOf(client));
    const number = numbers.get(text) ?? numbers.size + 1;
    numbers.set(text, number);
    byClient?.add(client, number);
    return number;
  }
}

/** What becomes of new connections to one destination, by the numbers of clients. */
export class ClientKinds {
  readonly #fates: DestinationFates;
  readonly #clients: ClientNumbers;
  /** By the number of an interface, as `DestinationFates.kindsAt` has them. */
  readonly #kinds: ClientKind[][] = [];
  /** Of clients that are of no kind. */
  readonly #others = new Map<number, Fate | null>();

  constructor(fates: DestinationFates, clients: ClientNumbers) {
    this.#fates = fates;
    this.#clients = clients;
  }

  /** @returns the fate of a client's first packet, traced for it or for one like it; null where none was. */
  fateOf(client: number): Fate | null {
    const door = this.#clients.doorOf(client);
    const kinds = this.#kinds[door];
    if (kinds !== undefined) for (const kind of kinds) if (kind.has(client)) return kind.fate;
    const other = this.#others.get(client);
    if (other !== undefined) return other;
    const fate = this.#fates.of(this.#clients.ids.addressOf(client));
    if (!this.#learnKinds(door).some((kind) => kind.has(client))) this.#others.set(client, fate);
    return fate;
  }

  /** @returns the kinds of clients of an interface that were met since. */
  #learnKinds(door: number): readonly ClientKind[] {
    const known = this.#kinds[door] ?? [];
    this.#kinds[door] = known;
    const met = this.#fates.kindsAt(this.#clients.doorAt(door)) ?? [];
    const learnt = met.slice(known.length).map((kind) => new ClientKind(kind, this.#clients));
    known.push(...learnt);
    return learnt;
  }
}

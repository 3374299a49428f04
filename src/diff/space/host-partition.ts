import type { Host } from '../../host/facts.ts';
import { findRoute } from '../../host/find-route.ts';
import { isLocalAddress } from '../../host/local-addresses.ts';
import { routeTables } from '../../host/route-tables.ts';
import { ADDRESS_BITS, type Address, type Family } from '../../net/address.ts';
import { Intervals } from '../../net/intervals.ts';
import { Partition } from '../../net/partition.ts';
import { maskOfLength } from '../../net/prefix.ts';
import { prefixIntervals } from '../../net/prefix-intervals.ts';
import { SPECIAL_RANGES } from '../../net/special-ranges.ts';
import { destinationKey, judgedAs, queryOf, sourceKey } from './address-keys.ts';
import { sameRouting } from './same-routing.ts';
import type { Door } from './universe.ts';

/** A sender behind an interface. */
export interface JudgedSource {
  readonly said: string;
  readonly alike: Intervals;
  /** True where it matters whether its packet leaves by the interface it came in by. */
  readonly turnsBack: boolean;
}

/**
 * The addresses of one family as both nodes' routing sees them: which of them it cannot tell apart. Everything that the
 * trace asks of routes, links and addresses depends on an address through this alone, unless policy rules ask more.
 */
export class HostPartition {
  /** True where policy rules let routing depend on more than the destination. */
  readonly hasPolicy: boolean;
  readonly #family: Family;
  readonly #hosts: readonly [Host, Host];
  #asked: readonly Host[] | null = null;
  readonly #partition: Partition;
  readonly #found = new Map<string, Intervals>();
  readonly #destinationKeys = new Map<string, ReturnType<typeof destinationKey>>();

  constructor(family: Family, hosts: readonly [Host, Host]) {
    this.#family = family;
    this.#hosts = hosts;
    this.hasPolicy = hosts.some((host) => {
      const tables = routeTables(host, family);
      // An IPv6 route may be for some senders only.
      const bySender = host.routes[family]?.some(({ sourcePrefix }) => sourcePrefix !== undefined) ?? false;
      return tables.customRules || tables.rulesMissing || bySender;
    });
    this.#partition = new Partition(
      (1n << BigInt(ADDRESS_BITS[family])) - 1n,
      hosts.flatMap((host) => [...boundaries(host, family)]),
    );
  }

  /**
   * @param kind whether the packet comes in or a process of the node sends it.
   * @returns the destinations that both nodes route, deliver and rewrite alike with this one.
   */
  destination(value: bigint, kind: Door['kind']): Intervals {
    if (this.hasPolicy) return this.#partition.stretch(value);
    return this.#partition.alike(value, `destination ${kind}`, (each) => {
      const keys = this.#unlike().map((host) => this.#destinationKey(host, each, kind));
      return JSON.stringify([keys.map((key) => key.kind), new Set(keys.map(({ hop }) => hop)).size]);
    });
  }

  /**
   * @param device that the packet came in through; undefined: not known.
   * @returns what both nodes say of this sender, whatever it sends to, and the senders of which they say the same.
   */
  source(value: bigint, device: string | undefined): JudgedSource {
    const judge = (each: bigint): string =>
      this.#unlike()
        .map((host) => judgedAs(host, this.#at(each), device).text)
        .join();
    return {
      said: judge(value),
      alike: this.#partition.alike(value, `source ${device}`, judge),
      turnsBack: this.#unlike().some((host) => judgedAs(host, this.#at(value), device).turnsBack),
    };
  }

  /** @returns the number of the smallest stretch of addresses around this one that anything can tell apart. */
  stretchOf(value: bigint): number {
    return this.#partition.indexOf(value);
  }

  /** @returns the senders to which answers go the same way as to this one. */
  wayBack(value: bigint): Intervals {
    if (this.hasPolicy) return this.#partition.stretch(value);
    return this.#partition.alike(value, 'way back', (each) =>
      JSON.stringify(this.#unlike().map((host) => sourceKey(host, this.#at(each)))),
    );
  }

  /** @returns the addresses for which both hosts answer a question as for this one. */
  alike(value: bigint, question: string, answer: (host: Host, address: Address) => string): Intervals {
    return this.#partition.alike(value, question, (each) =>
      this.#hosts.map((host) => answer(host, this.#at(each))).join('\0'),
    );
  }

  /**
   * @param question names the test, so that it is made once.
   * @returns the addresses for which it holds on one of the hosts.
   */
  where(question: string, test: (host: Host, address: Address) => boolean): Intervals {
    let found = this.#found.get(question);
    if (found === undefined) {
      found = this.#partition.differing(
        () => '',
        (value) => (this.#hosts.some((host) => test(host, this.#at(value))) ? 'holds' : ''),
      );
      this.#found.set(question, found);
    }
    return found;
  }

  /** @returns the addresses that the node has on both sides: those that a process can be bound to on both. */
  own(): Intervals {
    const lacking = this.where('lacking', (host, address) => isLocalAddress(host, address) !== true);
    return this.where('own', () => true).without(lacking);
  }

  /** @returns the destinations that some side may deliver on the node; with policy rules that can be any. */
  delivered(): Intervals {
    return this.where('delivered', (host, address) => {
      if (this.hasPolicy || isLocalAddress(host, address) !== false) return true;
      const route = findRoute(host, queryOf(address, null, null));
      return route.kind === 'unknown' || (route.kind === 'route' && route.type !== 'unicast');
    });
  }

  /** @returns the destinations that some side may pass on; with policy rules that can be any. */
  forwarded(): Intervals {
    return this.where(
      'forwarded',
      (host, address) => this.hasPolicy || isLocalAddress(host, address) !== true,
    );
  }

  /** @returns the addresses that the two nodes do not treat alike, as destinations or as sources. */
  changed(): Intervals {
    const [before, after] = this.#hosts;
    if (this.#unlike().length === 1) return Intervals.EMPTY;
    const key = (host: Host) => (value: bigint) => {
      const [came, sent] = [
        this.#destinationKey(host, value, 'in'),
        this.#destinationKey(host, value, 'node'),
      ];
      return JSON.stringify([came, sent, sourceKey(host, this.#at(value))]);
    };
    return this.#partition.differing(key(before), key(after));
  }

  /** @returns the hosts to ask about routes and addresses: one of them, where both answer alike. */
  #unlike(): readonly Host[] {
    const [before, after] = this.#hosts;
    this.#asked ??= sameRouting(before, after, this.#family) ? [before] : this.#hosts;
    return this.#asked;
  }

  #destinationKey(host: Host, value: bigint, kind: Door['kind']): ReturnType<typeof destinationKey> {
    const name = `${this.#hosts.indexOf(host)} ${kind} ${value}`;
    let key = this.#destinationKeys.get(name);
    if (key === undefined) {
      key = destinationKey(host, this.#at(value), kind);
      this.#destinationKeys.set(name, key);
    }
    return key;
  }

  #at(value: bigint): Address {
    return { family: this.#family, value };
  }
}

function* boundaries(host: Host, family: Family): Generator<readonly [bigint, bigint]> {
  yield* SPECIAL_RANGES[family];
  const bits = ADDRESS_BITS[family];
  const prefixes = [
    ...(host.routes[family] ?? []).flatMap(({ destination, sourcePrefix }) => [
      destination,
      sourcePrefix ?? null,
    ]),
    ...(host.policyRules[family] ?? []).flatMap(({ source, destination }) => [source, destination]),
  ];
  for (const prefix of prefixes) {
    if (prefix === null || prefix.family !== family) continue;
    yield* prefixIntervals(prefix)?.ranges() ?? [];
  }
  for (const { address, prefixLength, peer } of (host.links ?? []).flatMap(({ addresses }) => addresses)) {
    if (address.family !== family) continue;
    // IPv6 picks the source that shares most leading bits with the destination, so each length is a boundary.
    const lengths =
      family === 'ipv4' ? [prefixLength, bits] : Array.from({ length: bits }, (_, at) => at + 1);
    for (const base of [address.value, peer?.value ?? address.value]) {
      for (const length of lengths) {
        const start = base & maskOfLength(family, length);
        const end = start + (1n << BigInt(bits - length)) - 1n;
        yield [start, end];
        if (length !== prefixLength && length !== bits) continue;
        // The first and the last address of a network are its own and its broadcast address.
        yield [start, start];
        yield [end, end];
      }
    }
  }
}

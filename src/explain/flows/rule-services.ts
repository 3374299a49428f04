import type { Family } from '../../net/address.ts';
import type { Known } from '../question/question.ts';
import type { ServiceItem } from '../service-list.ts';
import { CARRIERS, namingOf, readingOf } from '../services/carriers.ts';
import { type NftServicePort, nftServicesBySocket } from '../services/nft/nft-services.ts';
import { listPortalServices } from '../services/portal-services.ts';
import { readService } from '../services/read-service.ts';
import { draftServices, type ServiceDraft } from '../services/service-draft.ts';
import type { ServiceReading } from '../services/service-endpoints.ts';
import type { ServiceNaming } from '../services/service-naming.ts';
import { isChoiceWhole } from './whole-choice.ts';

/** What the rules program at one address and port. */
export interface ProgrammedPort {
  readonly item: ServiceItem;
  /** A nat rule takes packets for this address and port; else they are only refused. */
  readonly entered: boolean;
  /** False where rules that choose its endpoints may be missing from the capture. */
  readonly whole: boolean;
}

interface Place {
  readonly draft: ServiceDraft;
  readonly reading: ServiceReading;
  readonly entered: boolean;
}

/**
 * Service ports by the addresses that rules give them. The entry chains are read once, when first asked; a Service's own
 * chains only when one of its addresses is asked for.
 */
export class RuleServices {
  readonly #known: Known;
  readonly #naming: ServiceNaming;
  #places: Map<string, Place[]> | null = null;
  #drafts: Place[] = [];
  /** What is read as a whole: userspace mode, and IPVS. */
  readonly #whole = new Map<string, ProgrammedPort[]>();
  /** Of nftables mode what was asked for; and by their sockets those ports whose chains were not read yet. */
  readonly #native = new Map<string, ProgrammedPort[]>();
  readonly #unread = new Map<string, Set<NftServicePort>>();
  readonly #items = new Map<ServiceDraft, ServiceItem>();
  readonly #whollyRead = new Map<ServiceItem, boolean>();

  constructor(known: Known, naming: ServiceNaming) {
    this.#known = known;
    this.#naming = naming;
  }

  /**
   * @param protocol by its name, in lower case
   * @param address null for a node port
   * @returns one for each backend whose rules speak of the place
   */
  at(family: Family, protocol: string, address: string | null, port: number): readonly ProgrammedPort[] {
    const key = placeKey(family, protocol, address, port);
    const places = this.#index().get(key) ?? [];
    for (const unread of this.#unread.get(socketKey(family, address, port)) ?? []) this.#read(unread);
    return [
      ...places.map((place) => {
        const item = this.#itemOf(place);
        return { item, entered: place.entered, whole: this.#isWhole(item, place) };
      }),
      ...(this.#native.get(key) ?? []),
      ...(this.#whole.get(key) ?? []),
    ];
  }

  /** @returns every address that some rule speaks of, by its family and usual spelling. */
  addresses(): ReadonlySet<string> {
    const index = this.#index();
    this.#readAll();
    const keys = [...index.keys(), ...this.#native.keys(), ...this.#whole.keys()];
    return new Set(keys.map((key) => key.split(' ')[2] ?? ''));
  }

  /** @returns every port of a Service of this name, as the rules or their comments name it. */
  named(namespace: string, name: string): readonly ServiceItem[] {
    this.#index();
    this.#readAll();
    const whole = new Set([...this.#native.values(), ...this.#whole.values()].flat().map(({ item }) => item));
    const near = this.#drafts.filter(({ draft }) => this.#mayBe(draft, namespace, name));
    return [...near.map((place) => this.#itemOf(place)), ...whole].filter(
      (item) => item.namespace === namespace && item.name === name,
    );
  }

  /** Names are hashed for those drafts alone whose comments, or chains, do not rule them out. */
  #mayBe(draft: ServiceDraft, namespace: string, name: string): boolean {
    const comments = [...draft.entries, ...draft.refusals].flatMap(({ comment }) => comment ?? []);
    const said = comments.flatMap((comment) => this.#naming.nameIn(comment) ?? []);
    return said.length === 0 || said.some((one) => one.namespace === namespace && one.service === name);
  }

  #itemOf({ draft, reading }: Place): ServiceItem {
    const known = this.#items.get(draft);
    if (known !== undefined) return known;
    const item = readService(draft, reading);
    this.#items.set(draft, item);
    return item;
  }

  #isWhole(item: ServiceItem, { reading }: Place): boolean {
    const known = this.#whollyRead.get(item);
    if (known !== undefined) return known;
    const whole = isChoiceWhole(item, reading.ruleset);
    this.#whollyRead.set(item, whole);
    return whole;
  }

  #index(): ReadonlyMap<string, readonly Place[]> {
    if (this.#places !== null) return this.#places;
    this.#places = new Map();
    for (const ruleset of this.#known.rulesets) {
      const reading = { ruleset, naming: this.#naming };
      for (const draft of draftServices(ruleset, this.#naming)) this.#addDraft(draft, reading);
      for (const item of listPortalServices(ruleset, this.#naming)) this.#addItem(item, this.#whole);
    }
    const reading = readingOf(this.#known);
    for (const port of nftServicesBySocket(this.#known, namingOf(reading), reading.node))
      for (const { address, port: number } of port.sockets) {
        const key = socketKey(port.family, address, number);
        this.#unread.set(key, (this.#unread.get(key) ?? new Set()).add(port));
      }
    for (const item of CARRIERS.ipvs.list(reading)) this.#addItem(item, this.#whole);
    return this.#places;
  }

  #readAll(): void {
    for (const ports of [...this.#unread.values()]) for (const port of ports) this.#read(port);
  }

  /** Reads one port of nftables mode, once. */
  #read(port: NftServicePort): void {
    for (const { address, port: number } of port.sockets)
      this.#unread.get(socketKey(port.family, address, number))?.delete(port);
    this.#addItem(port.read(), this.#native);
  }

  #addDraft(draft: ServiceDraft, reading: ServiceReading): void {
    const { family } = reading.ruleset;
    this.#drafts.push({ draft, reading, entered: true });
    const keys = new Set<string>();
    for (const { protocol, address, port, printed } of draft.entries) {
      // A host name in a listing is no place that a flow can be compared with.
      if (port === null || printed !== null) continue;
      keys.add(placeKey(family, protocol, address, port));
    }
    for (const key of keys) this.#addPlace(key, { draft, reading, entered: true });
    for (const { protocol, address, port, nodePort } of draft.refusals) {
      if (protocol === null || port === null || (address === null && !nodePort)) continue;
      const key = placeKey(family, protocol, address, port);
      if (keys.has(key)) continue;
      keys.add(key);
      this.#addPlace(key, { draft, reading, entered: false });
    }
  }

  #addPlace(key: string, place: Place): void {
    const known = this.#places?.get(key);
    if (known === undefined) this.#places?.set(key, [place]);
    else known.push(place);
  }

  #addItem(item: ServiceItem, to: Map<string, ProgrammedPort[]>): void {
    const { family, protocol, nodePort } = item;
    const sockets = [...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs];
    const keys = sockets.map(({ address, port }) => placeKey(family, protocol, address, port));
    if (nodePort !== null) keys.push(placeKey(family, protocol, null, nodePort));
    const refused = new Set(
      item.refusals.flatMap(({ address, port, nodePort: forNodePort }) =>
        port === null ? [] : [placeKey(family, protocol, forNodePort ? null : address, port)],
      ),
    );
    const whole = item.notCaptured.length === 0;
    for (const key of new Set(keys))
      to.set(key, [...(to.get(key) ?? []), { item, entered: !refused.has(key), whole }]);
  }
}

function placeKey(family: Family, protocol: string, address: string | null, port: number): string {
  return `${family} ${protocol} ${address ?? 'node'} ${port}`;
}

function socketKey(family: Family, address: string | null, port: number): string {
  return `${family} ${address ?? 'node'} ${port}`;
}

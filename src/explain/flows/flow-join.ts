import type { Rule } from '../../iptables/ruleset.ts';
import type { NatRange } from '../../iptables/target.ts';
import { type Address, formatAddress, sameAddress } from '../../net/address.ts';
import type { EndpointRef } from '../explanation.ts';
import type { FlowClient } from '../flow-list.ts';
import type { Known } from '../question/question.ts';
import type { ServiceNaming } from '../services/service-naming.ts';
import { isChosenInPart, shareOf } from './choosing-rules.ts';
import { FlowClients } from './flow-clients.ts';
import { type FlowPlace, FlowPlaces } from './flow-places.ts';
import { type FlowStanding, SOUND } from './flow-verdict.ts';
import { ForeignRules, type Rewrite } from './foreign-nat.ts';
import { balancedAt, judgeBalanced, perhapsBalanced } from './ipvs-memory.ts';
import { RuleServices } from './rule-services.ts';
import { isGoneService, judgeHostPort, judgeUnknown } from './stand-placeless.ts';
import { isChosen, judgeEndpoint } from './stand-translated.ts';
import { judgeUntranslated } from './stand-untranslated.ts';
import { FreshStarts } from './would-translate.ts';

/** What the join asks of names besides the API: a trace's `Namer` has both. */
export interface FlowNames {
  readonly naming: ServiceNaming;
  endpointAt(address: string, port: number | null): EndpointRef | null;
  recoverDestination(rule: Rule, jump: Rule | null): NatRange | null;
}

/**
 * Joins flows to what API and rules know: the Service that the client asked for, the endpoint that answers, the client, and
 * whether that is as it should be. `conntrack`, `trace` and `check` share it.
 */
export class FlowJoin {
  readonly services: RuleServices;
  readonly clients: FlowClients;
  readonly known: Known;
  readonly #names: FlowNames;
  readonly #places: FlowPlaces;
  readonly #foreign: ForeignRules;
  readonly #starts: FreshStarts;
  readonly #portless = new WeakMap<FlowPlace, FlowStanding>();

  constructor(known: Known, names: FlowNames) {
    this.known = known;
    this.#names = names;
    this.services = new RuleServices(known, names.naming);
    this.#places = new FlowPlaces(known, this.services);
    this.clients = new FlowClients(known, (address) => this.#places.isLocal(address));
    this.#foreign = new ForeignRules(known.rulesets);
    this.#starts = new FreshStarts(known, (rule, jump) => names.recoverDestination(rule, jump));
  }

  /** @returns what a flow's original destination stands for. @param protocol IP protocol number */
  place(protocol: number, address: Address, port: number | null): FlowPlace {
    return this.#places.at(protocol, address, port);
  }

  /** @returns false where nothing that is known can be at this address. */
  mayBe(address: Address): boolean {
    return this.#places.mayBe(address);
  }

  /** @returns who began a flow, by its original source. */
  client(source: Address): FlowClient {
    return this.clients.at(source);
  }

  /** @returns who has the address that answers. */
  endpoint(address: Address, port: number | null): EndpointRef | null {
    return this.#names.endpointAt(formatAddress(address), port);
  }

  /**
   * Judges where a flow goes. The same for every flow of a client, destination and answering place; for translated flows
   * the same for every client.
   * @param source of the original direction
   * @param to where answers come from, with its port
   */
  stand(place: FlowPlace, source: Address, to: Address, toPort: number | null): FlowStanding {
    if (sameAddress(place.address, to) && place.port === toPort) {
      // At a port that no Service has, all clients fare alike.
      const told = place.portless === null ? undefined : this.#portless.get(place);
      if (told !== undefined) return told;
      const verdict = judgeUntranslated(place, source, this.known, this.#starts);
      const standing = verdict === null ? SOUND : { ...SOUND, verdict };
      if (place.portless !== null) this.#portless.set(place, standing);
      return standing;
    }
    const isService = place.service !== null || place.programmed.length > 0;
    const standing = isService ? this.#serviceFlow(place, to, toPort) : this.#otherFlow(place, to, toPort);
    const balanced = balancedAt(place.protocol, place.address, place.port, to, toPort, this.known);
    if (balanced === null) return standing;
    const { verdict } = standing;
    if (balanced.perhaps === true)
      return verdict === null ? standing : { ...standing, verdict: perhapsBalanced(verdict, balanced) };
    return { ...standing, balanced, verdict: verdict === null ? null : judgeBalanced(verdict, balanced) };
  }

  #serviceFlow(place: FlowPlace, to: Address, toPort: number | null): FlowStanding {
    // kube-proxy itself answers, and dials the endpoint on its own.
    if (this.known.proxyMode === 'userspace' && this.#places.isLocal(to) !== false) return SOUND;
    const share = shareOf(place, formatAddress(to), toPort);
    const verdict = judgeEndpoint(place, to, toPort, share, this.known);
    const untold =
      place.endpoints === null && isChosenInPart(place) && !isChosen(place, to, toPort)
        ? ({ untold: true } as const)
        : {};
    const standing = { ...SOUND, share, verdict, ...untold };
    if (verdict?.code !== 'endpoint-gone' || isChosen(place, to, toPort)) return standing;
    const foreignNat = this.#foreign.explaining(this.#rewrite(place, to, toPort));
    if (foreignNat === null) return standing;
    const { rule, file, line, owner } = foreignNat;
    const whose = owner === null ? 'a rule that is not kube-proxy’s' : `a rule of ${owner}`;
    const message = `${whose} translates it to an address that is no endpoint`;
    const evidence = [{ kind: 'rule', text: rule, file, line } as const];
    return {
      ...standing,
      foreignNat,
      verdict: { code: 'foreign-nat', message, evidence, certain: true, alive: false },
    };
  }

  #otherFlow(place: FlowPlace, to: Address, toPort: number | null): FlowStanding {
    const foreignNat = this.#foreign.explaining(this.#rewrite(place, to, toPort));
    const hostPort = place.via === 'hostPort' || isHostPortOwner(foreignNat?.owner ?? null);
    if (hostPort) {
      const verdict = judgeHostPort(place, to, toPort, foreignNat, this.known);
      return { verdict, share: null, foreignNat, hostPort: true };
    }
    if (foreignNat !== null) return { ...SOUND, foreignNat };
    const toPods = this.clients.isPods(to) || this.known.book.endpointsAt(to, toPort ?? 0).length > 0;
    if (!toPods || !isGoneService(place, this.known)) return SOUND;
    return { ...SOUND, verdict: judgeUnknown(place, to, toPort, this.known) };
  }

  #rewrite(place: FlowPlace, to: Address, toPort: number | null): Rewrite {
    const { protocol, address, port } = place;
    return {
      family: address.family,
      protocol,
      destination: address,
      destinationPort: port,
      to,
      toPort,
      toThisNode: this.#places.isLocal(to) === true,
    };
  }
}

function isHostPortOwner(owner: string | null): boolean {
  return owner === 'cni-portmap';
}

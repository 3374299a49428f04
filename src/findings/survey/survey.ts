import type { Known } from '../../explain/question/question.ts';
import { nodeAddress } from '../../explain/question/this-node.ts';
import type { Family } from '../../net/address.ts';
import { type Behaviour, behaviourMode, behavioursOf } from '../expected/behaviour.ts';
import { expect } from '../expected/expectation.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import type { LocalDetection, Setting, Side } from '../expected/setting.ts';
import type { OwnNode } from '../expected/usable-endpoints.ts';
import { sourceRangesOf, type Way, waysInto } from '../expected/ways.ts';
import { type Alternative, alternativesOf } from './alternatives.ts';
import { compareWith, type Difference } from './compare.ts';
import { culpritOf } from './culprit.ts';
import type { Deviation } from './deviation.ts';
import { leftOpen } from './left-open.ts';
import { leavesAsThisNode } from './own-source.ts';
import { perhapsLost } from './perhaps-lost.ts';
import type { ProgrammedPorts } from './programmed-ports.ts';
import { rangeSamples } from './range-samples.ts';
import { type Client, clientsOf, splitByRanges } from './senders.ts';
import type { Follower } from './world.ts';

/** What a survey needs to know of the node. */
export interface SurveySetting {
  readonly known: Known;
  readonly node: OwnNode;
  /** Minor version of kube-proxy; null: not known. */
  readonly minor: number | null;
  readonly detection: Readonly<Record<Family, LocalDetection>>;
  /** Whether this node's rules take node ports at the address of the node. */
  readonly nodePorts: Readonly<Record<Family, boolean>>;
  /** Whether the family's filter table was captured: without it no refusal can be missed. */
  readonly refusals: Readonly<Record<Family, boolean>>;
  readonly follower: Follower;
  readonly programmed: ProgrammedPorts;
}

/** What is supposed of the node and its kube-proxy. */
interface Assumed {
  readonly node: OwnNode;
  readonly behaviour: Behaviour;
  /** Gets what leaves open whether packets go as they should. */
  readonly open: Set<string>;
}

/** Where one port differs, or what leaves that open. */
interface Surveyed {
  readonly met: readonly Deviation[];
  /** A clause; null where it is known, or where something differs for certain. */
  readonly open: string | null;
}

/** What was followed for one port: every behaviour is compared with the same traces. */
type Followed = Map<string, readonly Alternative[]>;

/** Compares each port, way in and client with what the API says. */
export class Surveyor {
  readonly #setting: SurveySetting;
  readonly #clients = new Map<Family, readonly Client[]>();
  readonly #ranged = new WeakMap<ExpectedPort, readonly Client[]>();
  readonly #behaviours: readonly Behaviour[];

  constructor(setting: SurveySetting) {
    this.#setting = setting;
    this.#behaviours = behavioursOf(setting.minor, behaviourMode(setting.known.proxyMode));
  }

  /**
   * @returns where the rules differ from what the API says, under the behaviour of kube-proxy that fits best. Where any supported
   *   behaviour fits, what is lost under conditions that no capture answers, if anything is (`under`).
   */
  survey(port: ExpectedPort): Surveyed {
    let best: Deviation[] | null = null;
    const followed: Followed = new Map();
    for (const node of this.#nodesFor(port)) {
      for (const behaviour of this.#behaviours) {
        const open = new Set<string>();
        const met = this.#under(port, { node, behaviour, open }, followed);
        const found = met.filter(isCertain);
        if (found.length === 0) return { met, open: [...open][0] ?? null };
        if (best === null || found.length < best.length) best = found;
      }
    }
    return { met: best ?? [], open: null };
  }

  /** Where the node's zone is not known, it may be any that hints name. */
  #nodesFor({ endpoints }: ExpectedPort): OwnNode[] {
    const { node } = this.#setting;
    if (node.zone !== null) return [node];
    const zones = new Set(endpoints.flatMap(({ zoneHints }) => zoneHints));
    return [node, ...[...zones].map((zone) => ({ ...node, zone }))];
  }

  #under(port: ExpectedPort, as: Assumed, followed: Followed): Deviation[] {
    const { known, nodePorts } = this.#setting;
    const address = nodePorts[port.family] ? nodeAddress(known, port.family) : null;
    return waysInto(port, address, as.behaviour).flatMap((way) =>
      this.#clientsOf(port, way).flatMap((client) => this.#compare(port, way, client, as, followed)),
    );
  }

  #compare(
    port: ExpectedPort,
    way: Way,
    client: Client,
    { node, behaviour, open }: Assumed,
    followed: Followed,
  ): Deviation[] {
    const { detection, follower, refusals } = this.#setting;
    const setting: Setting = {
      node,
      behaviour,
      detection: detection[port.family],
      podAddress: client.side === 'pod' ? client.sender.address : null,
    };
    const expectation = expect(port, way, client.side, setting);
    if (expectation.kind === 'open') return [];
    if (expectation.kind === 'refused' && !refusals[port.family]) return [];
    const key = `${way.via} ${way.address.value} ${client.from}`;
    let alternatives = followed.get(key);
    if (alternatives === undefined) {
      alternatives = alternativesOf(
        follower.follow(client, { protocol: port.protocol, isLocal: way.via === 'nodePort', ...way }),
      );
      followed.set(key, alternatives);
    }
    const affinity = port.service.sessionAffinity === 'ClientIP';
    const why = leftOpen(expectation, alternatives, affinity);
    if (why !== null) open.add(why);
    let likeliest: { readonly held: number; readonly differences: readonly Difference[] } | null = null;
    const deviation = ({ kind, outcomes, missing }: Difference): Deviation => {
      const [first] = outcomes;
      const culprit =
        first === undefined ? ({ kind: 'unclear' } as const) : culpritOf(kind, first, behaviour.mode);
      return { kind, port, way, side: client.side, client, expectation, outcomes, missing, culprit };
    };
    for (const alternative of alternatives) {
      const differences = compareWith(expectation, alternative, affinity).flatMap((one) =>
        this.#hurting(one, way),
      );
      if (differences.length === 0) {
        if (alternatives.length === 1) return [];
        return perhapsLost(expectation, alternatives, affinity).map(({ difference, under }) => ({
          ...deviation(difference),
          under,
        }));
      }
      // All go wrong; what nothing shows to hold, a sender's link address in a rule that drops, is not what is blamed for it.
      const held = alternative.given.filter((each) => each.held).length;
      if (likeliest === null || held < likeliest.held) likeliest = { held, differences };
    }
    const deviations = (likeliest?.differences ?? []).map(deviation);
    return client.range === undefined ? deviations : deviations.filter(isOfRanges);
  }

  /** What leaves with the node's own address needs no masquerading: its answer comes back here. */
  #hurting(one: Difference, way: Way): Difference[] {
    if (one.kind !== 'not-masqueraded') return [one];
    const outcomes = one.outcomes.filter((outcome) => !leavesAsThisNode(outcome, way, this.#setting.known));
    return outcomes.length === 0 ? [] : [{ ...one, outcomes }];
  }

  #clientsOf(port: ExpectedPort, way: Way): readonly Client[] {
    let clients = this.#clients.get(port.family);
    if (clients === undefined) {
      clients = clientsOf(this.#setting.known, port.family);
      this.#clients.set(port.family, clients);
    }
    if (way.via !== 'loadBalancerIP') return clients;
    let ranged = this.#ranged.get(port);
    if (ranged === undefined) {
      ranged = this.#withRanges(port, clients);
      this.#ranged.set(port, ranged);
    }
    return ranged;
  }

  #withRanges(port: ExpectedPort, clients: readonly Client[]): readonly Client[] {
    const ranges = sourceRangesOf(port);
    return clients.flatMap((client) => {
      if (client.side !== 'external') return [client];
      return [
        ...(ranges.length === 0 ? [client] : splitByRanges(client, ranges)),
        ...rangeSamples(client, port.family, ranges, this.#setting.programmed.of(port)),
      ];
    });
  }
}

/** Of a client whose range differs, only whether it is let in counts; where it may come from at all is asked of others. */
function isOfRanges({ kind, culprit }: Deviation): boolean {
  return (
    (kind === 'not-refused' || kind === 'undelivered' || kind === 'untranslated') &&
    culprit.kind !== 'routing' &&
    culprit.kind !== 'no-rule'
  );
}

/** @returns false for what differs under conditions that no capture answers. */
export function isCertain({ under }: Deviation): boolean {
  return under === undefined;
}

/** @returns the side in words: `pods of this node`, … */
export function sideText(side: Side): string {
  return SIDES[side];
}

const SIDES: Readonly<Record<Side, string>> = {
  pod: 'pods of this node',
  node: 'processes of this node',
  external: 'clients outside the cluster',
  admitted: 'clients in loadBalancerSourceRanges',
  barred: 'clients outside loadBalancerSourceRanges',
};

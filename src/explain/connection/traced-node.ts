import type { NodeView } from '../../connection/node-view.ts';
import type { Ruleset } from '../../iptables/ruleset.ts';
import type { Family } from '../../net/address.ts';
import type { World } from '../../trace/world.ts';
import { type Completed, completeListings } from '../question/complete-listing.ts';
import { rulesOfFamily } from '../question/other-family.ts';
import type { Known } from '../question/question.ts';
import { podNetworks, thisNodeName } from '../question/this-node.ts';
import { Namer } from '../trace/namer.ts';

/** A node that packets are traced through, with the names of what they meet there. */
export interface TracedNode {
  readonly known: Known;
  readonly namer: Namer;
  readonly view: NodeView;
  /** The rules of a family that are walked, with what was supplied. */
  completed(family: Family): Completed;
}

/** By what is known, and whether flows count: names are put together once, however many questions are asked. */
const MADE = new WeakMap<Known, Map<boolean, TracedNode>>();

/** @param withFlows whether captured flows count: a first packet of a new connection is of none */
export function tracedNode(known: Known, withFlows: boolean): TracedNode {
  const made = MADE.get(known) ?? new Map<boolean, TracedNode>();
  MADE.set(known, made);
  const node = made.get(withFlows) ?? makeNode(known, withFlows);
  made.set(withFlows, node);
  return node;
}

function makeNode(known: Known, withFlows: boolean): TracedNode {
  const namer = new Namer(known);
  const lists = new Map<Family, Completed>();
  const completed = (family: Family): Completed => {
    const list = lists.get(family) ?? completeListings(rulesOfFamily(known, family), namer.naming);
    lists.set(family, list);
    return list;
  };
  const worlds = new Map<Family, World>();
  const world = (family: Family): World => {
    const made = worlds.get(family) ?? worldOf(known, namer, completed(family).rulesets, family, withFlows);
    worlds.set(family, made);
    return made;
  };
  return {
    known,
    namer,
    completed,
    view: {
      name: thisNodeName(known),
      host: known.host,
      cluster: known.cluster,
      book: known.book,
      sockets: known.sockets ?? null,
      world,
      podNetworks: (family) => podNetworks(known, family),
    },
  };
}

/** @returns what a packet of a family is traced through on a node. */
function worldOf(
  known: Known,
  namer: Namer,
  rulesets: readonly Ruleset[],
  family: Family,
  withFlows: boolean,
): World {
  return {
    rulesets,
    nft: known.nft ?? null,
    nftHooks: known.nftHooks?.[family] ?? null,
    host: known.host,
    flows: withFlows ? known.flows : null,
    expected: withFlows ? (known.host.expectations ?? null) : null,
    ipvs: known.ipvs ?? null,
    twins: known.twins ?? null,
    recoverDestination: (rule, jump) => namer.recoverDestination(rule, jump),
  };
}

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

/** @param withFlows whether captured flows count: a first packet of a new connection is of none */
export function tracedNode(known: Known, withFlows: boolean): TracedNode {
  const namer = new Namer(known);
  const lists = new Map<Family, Completed>();
  const completed = (family: Family): Completed => {
    const list = lists.get(family) ?? completeListings(rulesOfFamily(known, family), namer.naming);
    lists.set(family, list);
    return list;
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
      world: (family) => worldOf(known, namer, completed(family).rulesets, family, withFlows),
      podNetworks: (family) => podNetworks(known, family),
    },
  };
}

/** @returns what a packet of a family is traced through on a node. */
export function worldOf(
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
    ipvs: known.ipvs ?? null,
    recoverDestination: (rule, jump) => namer.recoverDestination(rule, jump),
  };
}

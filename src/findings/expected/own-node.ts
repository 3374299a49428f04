import type { Known } from '../../explain/question/question.ts';
import { thisNode, thisNodeName } from '../../explain/question/this-node.ts';
import type { OwnNode } from './usable-endpoints.ts';

/** @returns the captured node. A Node's zone is also that of the endpoints on it. */
export function ownNode(known: Known): OwnNode {
  const name = thisNodeName(known);
  const told = thisNode(known)?.zone ?? null;
  if (told !== null || name === null) return { name, zone: told };
  const here = known.cluster.endpoints?.find(({ node, zone }) => node === name && zone !== null);
  return { name, zone: here?.zone ?? null };
}

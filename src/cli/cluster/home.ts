import type { NodeView } from '../../connection/node-view.ts';
import { sendersNode } from '../../connection/pods-node.ts';
import { NodesOnTheWay } from '../../explain/connection/peers.ts';
import { senderUnseenNote } from '../../explain/connection/sender-unseen.ts';
import { tracedNode } from '../../explain/connection/traced-node.ts';
import type { Note } from '../../explain/explanation.ts';
import { senderAsTyped } from '../../explain/question/as-typed.ts';
import { readDestination } from '../../explain/question/destination.ts';
import { podName } from '../../explain/question/pod-name.ts';
import type { Known, TraceQuestion } from '../../explain/question/question.ts';
import { type Address, formatAddress, parseAddress } from '../../net/address.ts';
import { prefixContains } from '../../net/prefix.ts';
import type { CapturedPeers } from './captured-peers.ts';

/** Where packets begin, as far as the captures tell. */
export interface Home {
  /** The node that they meet first; null: that one which was named first stands for it. */
  readonly node: string | null;
  /** Said where the sender's own node is not known, or was not captured. */
  readonly unseen: Note | null;
  /** True where the packets come to `node` whichever node their sender is on: it has the address they are sent to. */
  readonly asked: boolean;
}

const ANYWHERE: Home = { node: null, unseen: null, asked: false };

/**
 * The node that a packet meets first: its sender's; from outside the one that has the address it is sent to.
 * @param known the node named first
 * @throws QuestionError where the question names nothing that is known
 */
export function homeOf(asked: TraceQuestion, known: Known, peers: CapturedPeers): Home {
  const { from } = senderAsTyped(asked, known);
  if (from === null || from === 'pod' || from === 'node') return ANYWHERE;
  const { book, cluster } = known;
  const traced = tracedNode(known, false);
  const { view } = traced;
  const nodes = new NodesOnTheWay(traced, peers, false);
  const to = (name: string | null): Home => {
    if (name !== null && peers.has(name)) return { node: name, unseen: null, asked: false };
    const { address, isLocal } = readDestination(asked, known);
    const own = isLocal ? null : (book.nodeAt(address)?.name ?? peers.ownerOf(address));
    const node = own !== null && peers.has(own) ? own : null;
    return { node, unseen: null, asked: isLocal || node !== null };
  };
  const said = (name: string | null, sender: string): Home => {
    const home = to(name);
    const stands = home.node ?? view.name ?? 'the node named first';
    return home.node !== null && home.node === name
      ? home
      : { ...home, unseen: senderUnseenNote(name, sender, stands) };
  };
  if (from.startsWith('pod:')) {
    const { namespace, name } = podName(from.slice('pod:'.length), asked.namespace);
    const pods = cluster.pods ?? cluster.seen?.pods ?? [];
    const pod = pods.find((each) => each.namespace === namespace && each.name === name);
    // Whoever reads the question says that there is no such pod.
    if (pod === undefined) return ANYWHERE;
    const addresses = pod.ips.flatMap((ip) => parseAddress(ip) ?? []);
    const told = addresses.map((address) => sendersNode(address, view, nodes)).find((each) => each !== null);
    return said(pod.node ?? told ?? null, `pod ${pod.namespace}/${pod.name}`);
  }
  const sender = parseAddress(from.replace(/^\[(.*)\]$/, '$1'));
  const own = sender === null ? null : sendersNode(sender, view, nodes);
  if (sender === null || (own === null && !mayBePod(sender, view, asked, known))) return to(null);
  return said(own, formatAddress(sender));
}

/**
 * A sender of whom nothing is known is outside the cluster, but in the pods' networks; where nobody says what these are, who asks a
 * cluster IP, which is nothing outside, is taken for a pod.
 */
function mayBePod(sender: Address, view: NodeView, asked: TraceQuestion, known: Known): boolean {
  const networks = view.podNetworks(sender.family);
  if (networks.length > 0) return networks.some((network) => prefixContains(network, sender));
  const { address, port, protocol } = readDestination(asked, known);
  return port !== null && known.book.serviceAt(protocol, address, port)?.via === 'clusterIP';
}

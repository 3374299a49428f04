import type { Address } from '../net/address.ts';
import type { Outcome, Step } from '../trace/outcome.ts';
import type { Packet } from '../trace/packet.ts';
import type { Given } from '../trace/question.ts';
import type { NodeView } from './node-view.ts';

/** What the client sees of a connection; `wrong-source`: an answer from an address that it never asked. */
export type Sees = 'works' | 'refused' | 'times-out' | 'wrong-source' | 'unknown';

/** Which way a packet goes: from the client, or back to it. */
export type Direction = 'request' | 'answer';

/** One packet of a connection on its way through one node. */
export interface Leg {
  readonly view: NodeView;
  readonly direction: Direction;
  /** As it came to the node, or as the node itself sent it. */
  readonly packet: Packet;
  readonly outcome: Outcome;
}

/** A rule that gave a packet another source, and the packet on the node where it did. */
export interface SourceWriter {
  readonly leg: Leg;
  readonly step: Step;
}

/** One way that a connection can go, there and back. */
export interface Way {
  readonly sees: Sees;
  /** Of the connections whose first packet goes the way that was asked about. */
  readonly share: number;
  /** Null where it works. */
  readonly reason: ConnectionReason | null;
  /** In the order in which the packets meet the nodes. */
  readonly legs: readonly Leg[];
}

/** Why a connection does not work, or why that is not known: a fact with its arguments; words are made of it in `explain/`. */
export type ConnectionReason =
  /** A node refused, or lost, a packet of it: the leg's outcome says by what. */
  | { readonly code: 'refused' | 'lost' | 'not-followed'; readonly leg: Leg }
  /** A node refuses it with an ICMP error of which the client's UDP socket is not told. */
  | { readonly code: 'refusal-unheard'; readonly leg: Leg }
  /** What a tunnel wraps around it is dropped. */
  | { readonly code: 'tunnel-lost'; readonly leg: Leg; readonly device: string }
  /** It comes to a node by an interface that is down. */
  | { readonly code: 'device-down'; readonly leg: Leg; readonly node: string | null; readonly device: string }
  /** It leaves by an interface that nobody is behind. */
  | { readonly code: 'dead-end'; readonly leg: Leg }
  | { readonly code: 'not-listening' | 'listening-unknown'; readonly at: Place; readonly inPod: boolean }
  | { readonly code: 'nobody-there'; readonly at: Place }
  /** Who sends to 0.0.0.0 or :: reaches itself. */
  | { readonly code: 'asks-itself'; readonly at: Place }
  /**
   * `connect`: the sender's kernel makes no connection there; `tcp`: who gets it neither accepts nor refuses; `datagram`: nobody
   * listens, and it is not refused; `answers`: they come from another address.
   */
  | {
      readonly code: 'to-many';
      readonly at: Place;
      readonly many: Many;
      readonly because: 'connect' | 'tcp' | 'datagram' | 'answers';
    }
  /** The node is told not to answer; not captured: it depends on the sysctl. */
  | { readonly code: 'echo-ignored'; readonly at: Place; readonly sysctl: string; readonly captured: boolean }
  /** Nothing listens, and no route leads the ICMP error that says so back to the client. */
  | { readonly code: 'refusal-lost'; readonly at: Place }
  /** The node takes packets for the address by a `local` route outside table `local`, which does not let it send from there. */
  | { readonly code: 'address-not-own'; readonly at: Place; readonly because: NotOwn }
  /** A pod gets a packet with its own address as source, its own one or one that was given it, and drops it as a martian. */
  | { readonly code: 'own-packet'; readonly at: Place; readonly leg: Leg }
  | {
      readonly code: 'leaves-cluster';
      readonly leg: Leg;
      readonly to: Address;
      readonly nextHop: Address | null;
      /** It is for a pod of another node: a route to that is missing, or the router has to know. */
      readonly astray: boolean;
    }
  | { readonly code: 'node-not-captured' | 'node-not-read'; readonly node: string; readonly leg: Leg }
  /** A rule gave the request a source that its node does not have: whether the answer comes back there is not in a capture. */
  | {
      readonly code: 'source-not-own';
      readonly leg: Leg;
      readonly to: Address;
      readonly by: SourceWriter;
    }
  /** The node of who answers was not captured; by the interface that the request left by the answer is lost, by others it is not. */
  | { readonly code: 'answer-unsure'; readonly leg: Leg; readonly device: string }
  /** A process that takes datagrams at all addresses may answer from this one, which routing chooses, or from the one it was asked at. */
  | {
      readonly code: 'answer-source';
      readonly at: Place;
      readonly from: Address;
      /** Whether `ss` shows that it takes them at all addresses. */
      readonly listed: boolean;
    }
  /** The socket answers by this device alone, by which the node's own way to the client does not lead. */
  | {
      readonly code: 'answer-by-device';
      readonly at: Place;
      readonly device: string;
      readonly to: Address;
    }
  /** Whether the answer carries the request's mark depends on a sysctl that was not captured, and its way on that mark. */
  | { readonly code: 'mark-unknown'; readonly leg: Leg; readonly sysctl: string }
  | { readonly code: 'way-unknown'; readonly leg: Leg; readonly to: Address }
  /** `by`: what gave the answer that address; null where no rule did. */
  | {
      readonly code: 'wrong-source';
      readonly from: Place;
      readonly asked: Place;
      readonly leg: Leg;
      readonly by: SourceWriter | null;
    }
  /** The answer gets to somebody who asked nothing. `by`: what gave the request that source; null where no rule did. */
  | {
      readonly code: 'answer-astray';
      readonly leg: Leg;
      readonly to: Address;
      readonly by: SourceWriter | null;
    }
  /** The answer went past a node that the request passed: what the client sends next is INVALID there. */
  | { readonly code: 'answer-skips'; readonly leg: Leg }
  /** The handshake gets through, and a node refuses, or loses, what the client sends next. */
  | { readonly code: 'later-lost'; readonly leg: Leg }
  | { readonly code: 'client-unknown' }
  | { readonly code: 'open-question'; readonly node: string | null; readonly given: readonly Given[] }
  | { readonly code: 'sent-round'; readonly nodes: number };

/** Addresses of more than one, from which nobody answers. */
export type Many = 'broadcast' | 'multicast' | 'anycast';

/**
 * Who would have to answer from an address that is not the node's: its kernel (an echo, or a refusal of what nothing listens
 * for), which cannot, or a socket, which can where it is transparent. `tables`: whether the address is the node's is not known,
 * for table main may be one with table local.
 */
export type NotOwn = 'echo' | 'refusal' | 'socket' | 'tables';

/** An address and port on a node. */
export interface Place {
  readonly node: string | null;
  readonly address: Address;
  readonly port: number | null;
}

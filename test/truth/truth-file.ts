/** A truth file: what real connections and the kernel's TRACE did on a captured node. */
export interface TruthFile {
  readonly capture: string;
  readonly node: string;
  /** Left out, with `traces`, where only the open flows of the node were recorded. */
  readonly pairs?: readonly TruthPair[];
  readonly traces?: readonly TruthTrace[];
  /** Connections that were open while the node was captured, by the network namespace of their client. */
  readonly flows?: { readonly made?: Readonly<Record<string, readonly MadeFlow[]>> };
}

export interface TruthClient {
  readonly kind: 'pod' | 'node' | 'external' | 'endpoint' | 'remote-pod' | 'remote-node';
  readonly name: string;
  readonly ip: string;
  readonly sport?: number;
}

export interface TruthTarget {
  readonly ip: string;
  readonly port: number;
  readonly proto: string;
  readonly kind?: string;
  readonly service?: string;
}

/** A client that connected to a destination many times. */
export interface TruthPair {
  readonly client: TruthClient;
  readonly clientAddr: readonly string[];
  readonly dst: TruthTarget;
  readonly outcome: string;
  readonly attempts: number;
  readonly backends: Readonly<Record<string, number>>;
  readonly masqueraded?: 'none' | 'some' | 'all';
  readonly perBackend?: Readonly<
    Record<
      string,
      {
        readonly pod: string;
        readonly n: number;
        readonly sources: Readonly<Record<string, number>>;
        readonly masqueraded: boolean;
        /** How many kept the client's port. */
        readonly portKept?: number;
      }
    >
  >;
  readonly rejectBy?: Readonly<Record<string, number>>;
  readonly sessionAffinity?: boolean;
}

/** The first packet of a connection, rule by rule. */
export interface TruthTrace {
  readonly client: TruthClient;
  readonly dst: TruthTarget;
  readonly what: string;
  readonly path: readonly TruthStep[];
}

export interface TruthStep {
  readonly table: string;
  readonly chain: string;
  readonly kind: 'rule' | 'return' | 'policy' | 'end';
  readonly rule: number | null;
  /** Of a rule of nft. */
  readonly handle?: number;
  /** The rule's text; left out where it is not of a rule. */
  readonly spec?: string;
  readonly packet: {
    readonly inIf?: string;
    readonly outIf?: string;
    readonly src: string;
    readonly dst: string;
    readonly sport?: number;
    readonly dport?: number;
    readonly mark?: string;
  };
}

/** A connection that was made before a capture, and kept open for it. */
export interface MadeFlow {
  readonly proto: string;
  /** Address and port, with a space between. */
  readonly dst: string;
  readonly src: string;
  /** What the client got instead of an answer. */
  readonly error?: string;
}

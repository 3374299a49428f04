import type { Family } from '../net/address.ts';

/** Only the fields that kp-explain uses, in the API's own words. */

/** A Service, any type. */
export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly clusterIPs: readonly string[];
  readonly externalIPs: readonly string[];
  readonly loadBalancer: readonly {
    readonly ip: string | null;
    readonly hostname: string | null;
    readonly ipMode: string | null;
  }[];
  /** Set where the object has no status, as manifests have none: which addresses load balancers gave is then not known. */
  readonly withoutStatus?: true;
  readonly loadBalancerSourceRanges: readonly string[];
  readonly externalTrafficPolicy: string | null;
  readonly internalTrafficPolicy: string | null;
  readonly sessionAffinity: string | null;
  readonly affinitySeconds: number | null;
  readonly healthCheckNodePort: number | null;
  readonly trafficDistribution: string | null;
  /** Those that are read (`OBJECT_FIELDS`); so with annotations. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
}

/** A port of a Service. `name` is the empty string where the port has none. */
export interface ServicePort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly nodePort: number | null;
  /** Null where a table of kubectl, which does not show it, is all that tells of the Service. */
  readonly targetPort: string | null;
}

/** One address behind a Service port, from an EndpointSlice or from Endpoints. */
export interface Endpoint {
  /** The Service it belongs to. */
  readonly namespace: string;
  readonly service: string;
  readonly address: string;
  /** Port name as in the Service; the empty string where it has none. */
  readonly portName: string;
  readonly port: number;
  readonly protocol: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly node: string | null;
  readonly zone: string | null;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
  readonly pod: { readonly namespace: string; readonly name: string } | null;
  /** Set where its slice has a label by which kube-proxy never sees it (`passed-over.ts`): no rules are written for it. */
  readonly passedOver?: true;
}

/** A Pod. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string | null;
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  readonly phase: string | null;
  readonly ready: boolean;
  readonly terminating: boolean;
  readonly hostPorts: readonly {
    readonly hostPort: number;
    readonly hostIP: string | null;
    readonly containerPort: number;
    readonly protocol: string;
  }[];
  /** How the container of a kube-proxy pod fares; absent for other pods, and where nothing is told of it. */
  readonly proxyState?: ContainerState;
}

/** What the kubelet last said of a container. */
export interface ContainerState {
  /** Why it waits, in the API's word: `CrashLoopBackOff`; null where it does not. */
  readonly waiting: string | null;
  /** How it ended, where it has ended; null where it runs or waits. */
  readonly ended: ContainerEnd | null;
  readonly restarts: number | null;
  /** How it ended the time before. */
  readonly endedBefore: ContainerEnd | null;
}

/** The end of a container. */
export interface ContainerEnd {
  /** In the API's word: `Error`, `OOMKilled`. */
  readonly reason: string | null;
  readonly exitCode: number | null;
  /** RFC 3339. */
  readonly at: string | null;
}

/** A Node. */
export interface Node {
  readonly name: string;
  readonly addresses: readonly { readonly type: string; readonly address: string }[];
  readonly podCIDRs: readonly string[];
  readonly zone: string | null;
}

/** A list of objects: an array, or one whose objects are made when they are asked for. To ask for all of it makes them all. */
export interface ObjectList<Item, Look> extends Iterable<Item> {
  readonly length: number;
  filter(is: (item: Item) => boolean): Item[];
  find(is: (item: Item) => boolean): Item | undefined;
  some(is: (item: Item) => boolean): boolean;
  map<Other>(of: (item: Item) => Other): Other[];
  flatMap<Other>(of: (item: Item) => readonly Other[]): Other[];
  /** Asks for a few of the objects; absent where all are made. What is found is in the order of the list. */
  readonly late?: Look | undefined;
}

/** Pods, which can be asked for by address, node, and namespace with name. */
export type PodList = ObjectList<
  Pod,
  {
    /** @param address in its usual spelling */
    at(address: string): readonly Pod[];
    on(node: string): readonly Pod[];
    named(namespace: string, name: string): Pod | null;
  }
>;

/** Endpoints, which can be asked for by address and by Service. */
export type EndpointList = ObjectList<
  Endpoint,
  {
    /** @param address in its usual spelling */
    at(address: string): readonly Endpoint[];
    /** @returns false where none has an address of this family. */
    mayHave(family: Family): boolean;
    of(namespace: string, service: string): readonly Endpoint[];
  }
>;

/** Everything the capture holds about the cluster. A null list was not captured: different from an empty one. */
export interface Cluster {
  readonly services: readonly Service[] | null;
  readonly endpoints: EndpointList | null;
  /** Set where no EndpointSlices were given: `endpoints` are those of Endpoints, which know one family, and neither hints nor terminating pods. */
  readonly olderEndpointsOnly?: true;
  readonly pods: PodList | null;
  readonly nodes: readonly Node[] | null;
  /** What tables of kubectl show, where the lists were not captured: names for addresses, never proof that something is not there. */
  readonly seen?: Seen;
}

/** Single objects, with few of their fields. */
export interface Seen {
  readonly services: readonly Service[];
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly endpoints: readonly SeenEndpoints[];
}

/** What a table of Endpoints or EndpointSlices shows of one Service: sockets without names of ports; of slices also those that are not ready. */
export interface SeenEndpoints {
  /** Null where the table does not say. */
  readonly namespace: string | null;
  readonly service: string;
  readonly sockets: readonly string[];
  /** False where the table shows some of them, and counts the rest, or where other lines of it may be missing. */
  readonly isWhole: boolean;
}

/** A cluster about which nothing is known. */
export const UNKNOWN_CLUSTER: Cluster = { services: null, endpoints: null, pods: null, nodes: null };

import type { NodeProfile, ProgrammedPort } from './node-profile.ts';

type ServicesOfNode = NonNullable<NodeProfile['services']>;

/**
 * Holds what nodes have alike once: of thousands of nodes with thousands of Services most do the same, and threads hand over each profile
 * as a copy of its own.
 */
export class ProfilePool {
  readonly #clusters = new Map<string, string>();
  readonly #ports = new Map<string, ProgrammedPort>();
  /** What was asked for, and what was given. */
  readonly #seen = new WeakMap<ServicesOfNode, ServicesOfNode>();
  /** By how many ports they have: those are compared port by port. */
  readonly #services = new Map<number, ServicesOfNode[]>();

  /** @returns the same profile, of parts that others have too where they are equal. */
  shared(profile: NodeProfile): NodeProfile {
    const { cluster, services } = profile;
    return {
      ...profile,
      cluster: cluster === null ? null : kept(this.#clusters, cluster, cluster),
      services: services === null ? null : this.#sharedServices(services),
    };
  }

  #sharedServices(services: ServicesOfNode): ServicesOfNode {
    const before = this.#seen.get(services);
    if (before !== undefined) return before;
    const given = this.#find(services);
    this.#seen.set(services, given);
    this.#seen.set(given, given);
    return given;
  }

  #find(services: ServicesOfNode): ServicesOfNode {
    const ports = new Map<string, ProgrammedPort>();
    for (const [label, port] of services) ports.set(label, kept(this.#ports, JSON.stringify(port), port));
    const alike = kept(this.#services, ports.size, []);
    const known = alike.find((other) => [...ports].every(([label, port]) => other.get(label) === port));
    if (known !== undefined) return known;
    alike.push(ports);
    return ports;
  }
}

function kept<K, V>(map: Map<K, V>, key: K, value: V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, value);
  return value;
}

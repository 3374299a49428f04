/** What releases of kube-proxy do differently with the same API objects. */
export interface Behaviour {
  readonly mode: 'iptables' | 'ipvs' | 'nftables';
  /** IPVS mode: where policy is Local and no endpoint is, all take its place (1.22). */
  readonly localFallsBack: boolean;
  /**
   * nftables mode: where policy is Local and no endpoint is on the node, its processes are dropped at load balancer and external
   * IPs, before they are led past the policy (kubernetes#131765, up to 1.33).
   */
  readonly dropsBeforeShortcut: boolean;
  /** internalTrafficPolicy counts (beta and on since 1.22). */
  readonly internalPolicy: boolean;
  /** Without ready endpoints, serving ones that are terminating get the traffic (ProxyTerminatingEndpoints, on since 1.26). */
  readonly terminatingFallback: boolean;
  /**
   * Zone hints of EndpointSlices: never, where the Service's annotation asks for them (`topology-aware-hints`, since 1.27 also
   * `topology-mode`), or whenever all endpoints have them (1.31).
   */
  readonly zoneHints: 'never' | 'old-annotation' | 'annotation' | 'always';
  /** Node hints (`trafficDistribution: PreferSameNode`, on since 1.34). */
  readonly nodeHints: boolean;
  /** Ingress addresses with `ipMode: Proxy` are left alone (LoadBalancerIPMode, on since 1.30). */
  readonly ipMode: boolean;
  /** externalTrafficPolicy counts for external IPs of a Service of type ClusterIP (not in 1.28, in 1.36). */
  readonly policyForExternalIps: boolean;
  /** Pods and processes of the node reach external IPs through the rules; in 1.20 not always (`physdev`, `--src-type`), in 1.25 always, in between either. */
  readonly externalIpFromInside: boolean;
  /**
   * What may not pass is dropped by rules of its own (1.25). Before, nat marks it and kubelet's CHAINS.firewall drops it, where
   * kubelet wrote that; else it leaves the node untranslated.
   */
  readonly dropsItself: boolean;
}

const NEWEST = 36;

/**
 * @param minor of kube-proxy 1.x; null: not known
 * @param mode in which it works
 * @returns the behaviours that this release may show, the likeliest first: several where a feature gate, which no capture
 *   holds for sure, decides. An unknown release may show any.
 */
export function behavioursOf(
  minor: number | null,
  mode: Behaviour['mode'] = 'iptables',
): readonly Behaviour[] {
  const key = `${mode} ${minor}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const behaviours = makeBehaviours(minor, mode);
  made.set(key, behaviours);
  return behaviours;
}

/** @returns the mode whose behaviours are expected of a node in this mode of kube-proxy. */
export function behaviourMode(mode: string): Behaviour['mode'] {
  return mode === 'ipvs' || mode === 'nftables' ? mode : 'iptables';
}

/** They are asked for each of ten thousand ports. */
const made = new Map<string, readonly Behaviour[]>();

function makeBehaviours(minor: number | null, mode: Behaviour['mode']): readonly Behaviour[] {
  const newest = [NEWEST, 33, 30];
  const minors = minor !== null ? [minor] : mode === 'nftables' ? newest : [...newest, 28, 25, 23, 20];
  const found = new Map<string, Behaviour>();
  for (const one of minors)
    for (const behaviour of variants(one, mode)) found.set(JSON.stringify(behaviour), behaviour);
  return [...found.values()];
}

function variants(minor: number, mode: Behaviour['mode']): Behaviour[] {
  const base = {
    mode,
    localFallsBack: minor >= 22,
    dropsBeforeShortcut: mode === 'nftables' && minor < 33,
    internalPolicy: minor >= 22,
    ipMode: minor >= 30,
    externalIpFromInside: minor >= 25,
    dropsItself: minor >= 25,
  };
  const terminating = minor >= 26 ? [true] : minor >= 22 ? [false, true] : [false];
  const hints = zoneHints(minor);
  const nodeHints = minor >= 34 ? [true] : minor === 33 ? [false, true] : [false];
  const policies = minor >= 36 ? [true] : minor >= 29 ? [true, false] : [false];
  const modes =
    minor === 29
      ? [{ ...base, ipMode: true }, base]
      : // Later patches of 1.33 have it as 1.34 does.
        mode === 'nftables' && minor === 33
        ? [base, { ...base, dropsBeforeShortcut: true }]
        : [base];
  return modes.flatMap((mode) =>
    terminating.flatMap((terminatingFallback) =>
      hints.flatMap((zone) =>
        nodeHints.flatMap((node) =>
          policies.map((policyForExternalIps) => ({
            ...mode,
            terminatingFallback,
            zoneHints: zone,
            nodeHints: node,
            policyForExternalIps,
          })),
        ),
      ),
    ),
  );
}

/** TopologyAwareHints: alpha in 1.21, beta in 1.23, on since 1.24; ServiceTrafficDistribution: alpha in 1.30, on since 1.31. */
function zoneHints(minor: number): Behaviour['zoneHints'][] {
  if (minor >= 31) return ['always'];
  if (minor === 30) return ['annotation', 'always'];
  if (minor >= 27) return ['annotation'];
  if (minor >= 24) return ['old-annotation'];
  return minor >= 21 ? ['never', 'old-annotation'] : ['never'];
}

/**
 * @param text as `kube-proxy --version` prints it (`Kubernetes v1.36.3`), or an image tag
 * @returns the minor version of 1.x, or null where the text tells none
 */
export function parseMinorVersion(text: string | null): number | null {
  const found = /\bv?1\.(\d{1,3})(?:\.|\b)/.exec(text ?? '')?.[1];
  return found === undefined ? null : Number(found);
}

import type { Host, Link } from '../../../src/host/facts.ts';

/** Files that a capture may lack, by what they tell; `details` is what `ip addr` tells with -d alone. */
export const LOST = [
  'sysctls',
  'routes',
  'policyRules',
  'links',
  'details',
  'ipsets',
  'nft',
  'recent',
] as const;

/** One of them. */
export type Lost = (typeof LOST)[number];

const NONE = { ipv4: null, ipv6: null };

const WITHOUT: { readonly [L in Lost]: (host: Host) => Partial<Host> } = {
  sysctls: () => ({ sysctls: null }),
  routes: () => ({ routes: NONE }),
  policyRules: () => ({ policyRules: NONE }),
  links: () => ({ links: null }),
  details: ({ links }) => ({ links: links?.map(withoutDetails) ?? null }),
  ipsets: () => ({ ipsets: null }),
  nft: () => ({ nft: null }),
  recent: () => ({ recent: null }),
};

/** @returns the node as a capture without these files tells of it. */
export function withoutFiles(host: Host, lost: readonly Lost[]): Host {
  let known = host;
  for (const each of lost) known = { ...known, ...WITHOUT[each](known) };
  return known;
}

function withoutDetails(link: Link): Link {
  const { hairpin: _h, isolated: _i, callsIptables: _c, tunnel: _t, ...plain } = link;
  return { ...plain, kind: null };
}

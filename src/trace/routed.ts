import type { Branch, Ending } from './branch.ts';

/** Where the routing decision sends a branch. */
export type Routed =
  | { readonly kind: 'local' | 'forward'; readonly branch: Branch }
  | { readonly kind: 'ended'; readonly ending: Ending };

import type { Target, TargetKind, TargetOf } from '../iptables/target.ts';
import type { Effect } from './effect.ts';

/** What each target of iptables does, with the kernel's meaning; what a rule says stays with the target. */
const LOWERINGS: { readonly [K in TargetKind]: (target: TargetOf<K>) => Effect } = {
  accept: same,
  drop: same,
  return: same,
  reject: same,
  queue: ({ bypass, text }) => ({ kind: 'queue', bypass, text }),
  tproxy: same,
  synproxy: same,
  jump: same,
  goto: same,
  dnat: (target) => ({ ...target, text: target.to === null ? target.text : '' }),
  snat: (target) => ({ ...target, text: target.to === null ? target.text : '' }),
  masquerade: same,
  redirect: same,
  netmap: same,
  npt: same,
  mark: ({ value, mask }) => ({ kind: 'set-mark', value, mask }),
  'connmark-set': ({ value, mask }) => ({ kind: 'set-ct-mark', value, mask }),
  'connmark-save': ({ nfmask, ctmask }) => ({ kind: 'save-mark', nfmask, ctmask }),
  'connmark-restore': ({ nfmask, ctmask }) => ({ kind: 'restore-mark', nfmask, ctmask }),
  notrack: same,
  ct: ({ original, reply, text }) => ({ kind: 'zone', original, reply, text }),
  // Leaves the ECN bits (net/netfilter/xt_DSCP.c).
  dscp: ({ value }) => ({ kind: 'set-tos', value: value << 2, mask: 0xfc }),
  tos: ({ value, mask }) => ({ kind: 'set-tos', value, mask }),
  ttl: ({ operator, value }) => ({ kind: 'set-ttl', operator, value }),
  hmark: ({ text }) => ({ kind: 'blur-mark', text }),
  'change-sets': same,
  'segment-size': same,
  alter: ({ text }) => ({ kind: 'alter', text }),
  passive: () => ({ kind: 'note' }),
  unrecognised: ({ text, family }) => ({
    kind: 'unrecognised',
    text,
    ...(family === undefined ? {} : { family }),
  }),
};

function same<T extends Effect>(target: T): T {
  return target;
}

/** @returns what the target of a rule does. */
export function lowerTarget(target: Target): Effect {
  // The table's type ties each kind to its function; TypeScript cannot follow that through an index.
  const lower = LOWERINGS[target.kind] as (target: Target) => Effect;
  return lower(target);
}

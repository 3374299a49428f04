import type { Target, TargetKind, TargetOf } from './target.ts';

const NAMES: { readonly [K in TargetKind]: (target: TargetOf<K>) => string } = {
  accept: () => 'ACCEPT',
  drop: () => 'DROP',
  reject: () => 'REJECT',
  queue: (target) => target.name,
  tproxy: () => 'TPROXY',
  synproxy: () => 'SYNPROXY',
  jump: (target) => target.chain,
  goto: (target) => target.chain,
  return: () => 'RETURN',
  dnat: () => 'DNAT',
  snat: () => 'SNAT',
  masquerade: () => 'MASQUERADE',
  redirect: () => 'REDIRECT',
  netmap: () => 'NETMAP',
  npt: ({ side }) => (side === 'source' ? 'SNPT' : 'DNPT'),
  mark: () => 'MARK',
  'connmark-set': () => 'CONNMARK',
  'connmark-save': () => 'CONNMARK',
  'connmark-restore': () => 'CONNMARK',
  notrack: () => 'NOTRACK',
  ct: () => 'CT',
  dscp: () => 'DSCP',
  tos: () => 'TOS',
  ttl: () => 'TTL',
  hmark: () => 'HMARK',
  'change-sets': () => 'SET',
  'segment-size': () => 'TCPMSS',
  alter: (target) => target.name,
  passive: (target) => target.name,
  unrecognised: (target) => target.name,
};

/**
 * @returns the word that follows `-j` or `-g` for this target. Where two words share one kind, the commoner one: `TTL`
 * for `HL`, `NOTRACK` for `CT --notrack`.
 */
export function targetNameOf<K extends TargetKind>(target: TargetOf<K> & Target): string {
  const name: (target: TargetOf<K>) => string = NAMES[target.kind as K];
  return name(target);
}

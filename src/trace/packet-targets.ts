import type { TargetOf } from '../iptables/target.ts';
import { type Branch, changed } from './branch.ts';
import { changesOf } from './set-changes.ts';
import { type PacketState, shownConnection } from './state.ts';

/** Targets after which the walk goes on with the next rule. */
export type ContinuingTarget = TargetOf<
  | 'mark'
  | 'connmark-set'
  | 'connmark-save'
  | 'connmark-restore'
  | 'notrack'
  | 'ct'
  | 'dscp'
  | 'tos'
  | 'ttl'
  | 'hmark'
  | 'passive'
>;

/** @returns the branch with what the target did to the packet or its connection. */
export function applyToPacket(branch: Branch, target: ContinuingTarget): Branch {
  const { state } = branch;
  const { connection } = state;
  switch (target.kind) {
    case 'mark':
      return changed(branch, { mark: xset(state.mark, target.value, target.mask) });
    case 'connmark-set':
      // CONNMARK does nothing to a packet without connection (net/netfilter/xt_connmark.c: XT_CONTINUE).
      if (connection === null) return branch;
      return changed(branch, {
        connection: { ...connection, mark: xset(connection.mark, target.value, target.mask) },
      });
    case 'connmark-save': {
      if (connection === null) return branch;
      const from = state.mark === null ? null : (state.mark & target.nfmask) >>> 0;
      return changed(branch, {
        connection: { ...connection, mark: mixed(connection.mark, from, target.ctmask) },
      });
    }
    case 'connmark-restore': {
      const shown = shownConnection(state);
      if (shown === null) return branch;
      const from = shown.mark === null ? null : (shown.mark & target.ctmask) >>> 0;
      return changed(branch, { mark: mixed(state.mark, from, target.nfmask) });
    }
    case 'notrack':
      // raw stands before conntrack; a packet that comes back over lo has its connection and keeps it (net/netfilter/xt_CT.c).
      return connection === null && state.zones === null
        ? changed(branch, { untracked: 'UNTRACKED' })
        : branch;
    case 'ct':
      // The first CT rule counts, NOTRACK among them (xt_ct_target: "Previously seen (loopback or untracked)? Ignore.").
      return connection === null && state.zones === null && state.untracked !== 'UNTRACKED'
        ? changed(branch, { zones: zonesOf(target, state.mark) })
        : branch;
    case 'dscp':
      // Leaves the ECN bits (net/netfilter/xt_DSCP.c).
      return changed(branch, { tos: xsetTos(state.tos, target.value << 2, 0xfc) });
    case 'tos':
      return changed(branch, { tos: xsetTos(state.tos, target.value, target.mask) });
    case 'ttl':
      return changed(branch, { ttl: changedTtl(state.ttl, target) });
    case 'hmark':
      return changed(branch, { mark: null });
    case 'passive':
      if (target.name === 'SET')
        return changed(branch, { setChanges: [...state.setChanges, ...changesOf(target.text, state)] });
      // A SYN that has no MSS option and carries no data grows by one (tcpmss_mangle_packet, net/netfilter/xt_TCPMSS.c).
      return target.name === 'TCPMSS' ? changed(branch, { length: null, segmentSizeSet: true }) : branch;
  }
}

/** `(old & ~mask) ^ value`, unsigned. Where the mask covers all 32 bits the old mark does not matter. */
function xset(old: number | null, value: number, mask: number): number | null {
  if (mask >>> 0 === 0xffffffff) return value >>> 0;
  return old === null ? null : ((old & ~mask) ^ value) >>> 0;
}

/** `5`, `orig 5`, `reply mark`: which of the connection's directions the zone is for, and its number or the mark's low half. */
function zonesOf({ zone }: TargetOf<'ct'>, mark: number | null): PacketState['zones'] {
  if (zone === null) return { original: 0, reply: 0 };
  const words = zone.split(' ');
  const text = words.at(-1) ?? '';
  const id = /^\d+$/.test(text) ? Number(text) : text === 'mark' && mark !== null ? mark & 0xffff : null;
  return { original: words[0] === 'reply' ? 0 : id, reply: words[0] === 'orig' ? 0 : id };
}

/** What the mask covers is known afterwards; a bit beside it that `value` turns stays as known as it was. */
function xsetTos(old: PacketState['tos'], value: number, mask: number): PacketState['tos'] {
  return { bits: ((old.bits & ~mask) ^ value) & 0xff, known: (old.known | mask) & 0xff };
}

/** Neither end of the range is passed (net/netfilter/xt_HL.c). */
function changedTtl(old: number | null, { operator, value }: TargetOf<'ttl'>): number | null {
  if (operator === 'set') return value;
  if (old === null) return null;
  return operator === 'inc' ? Math.min(255, old + value) : Math.max(0, old - value);
}

function mixed(old: number | null, from: number | null, mask: number): number | null {
  return old === null || from === null ? null : ((old & ~mask) ^ from) >>> 0;
}

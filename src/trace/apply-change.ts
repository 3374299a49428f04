import type { Change, EffectOf } from '../rules/effect.ts';
import { type Branch, changed } from './branch.ts';
import { markBitsOf, mixedBits, NO_BITS, withMark, xsetBits } from './packet-mark.ts';
import { type PacketState, shownConnection } from './state.ts';
import { type Written, written } from './writes.ts';

/** @returns the branch with what the effect did to the packet or its connection. */
export function applyChange(branch: Branch, effect: Change): Branch {
  const { state } = branch;
  const { connection } = state;
  switch (effect.kind) {
    case 'set-mark':
      return { ...branch, state: withMark(state, xsetBits(markBitsOf(state), effect.value, effect.mask)) };
    case 'set-ct-mark':
      // CONNMARK does nothing to a packet without connection (net/netfilter/xt_connmark.c: XT_CONTINUE).
      if (connection === null) return branch;
      return changed(branch, {
        connection: withMark(connection, xsetBits(markBitsOf(connection), effect.value, effect.mask)),
      });
    case 'save-mark': {
      if (connection === null) return branch;
      const masks = { fromMask: effect.nfmask, mask: effect.ctmask };
      const made = mixedBits(markBitsOf(connection), markBitsOf(state), masks);
      return changed(branch, { connection: withMark(connection, made) });
    }
    case 'restore-mark': {
      const shown = shownConnection(state);
      if (shown === null) return branch;
      const masks = { fromMask: effect.ctmask, mask: effect.nfmask };
      const made = mixedBits(markBitsOf(state), markBitsOf(shown), masks);
      return { ...branch, state: withMark(state, made) };
    }
    case 'blur-mark':
      return { ...branch, state: withMark(state, NO_BITS) };
    case 'notrack':
      // raw stands before conntrack; a packet that comes back over lo has its connection and keeps it (net/netfilter/xt_CT.c).
      return connection === null && state.zones === null
        ? changed(branch, { untracked: 'UNTRACKED' })
        : branch;
    case 'zone':
      // The first CT rule counts, NOTRACK among them (xt_ct_target: "Previously seen (loopback or untracked)? Ignore.").
      return connection === null && state.zones === null && state.untracked !== 'UNTRACKED'
        ? changed(branch, {
            zones: zonesOf(effect),
          })
        : branch;
    case 'set-tos':
      return changed(writing(branch, 'tos', state.tos.known === 0xff), {
        tos: xsetTos(state.tos, effect.value, effect.mask),
      });
    case 'set-ttl':
      return changed(writing(branch, 'ttl', state.ttl !== null), {
        ttl: changedTtl(state.ttl, effect),
      });
    case 'change-sets': {
      const { protocol, source, sourcePort, destination, destinationPort } = state;
      const made = effect.changes.map((change) => ({
        ...change,
        ...{ protocol, source, sourcePort, destination, destinationPort },
      }));
      return changed(branch, { setChanges: [...state.setChanges, ...made] });
    }
    case 'segment-size':
      // A SYN that has no MSS option and carries no data grows by one (tcpmss_mangle_packet, net/netfilter/xt_TCPMSS.c).
      return changed(writing(branch, 'length', state.length !== null), {
        length: null,
        segmentSizeSet: true,
      });
    // What may end the packet is made elsewhere (waysOfChange).
    case 'npt':
    case 'alter':
    case 'note':
      return branch;
  }
}

function writing(branch: Branch, field: Written, known: boolean): Branch {
  return { ...branch, state: written(branch.state, field, known) };
}

/** By a mark: that of the packet when it is looked up, which other rules may write before. */
function zonesOf({ original, reply }: EffectOf<'zone'>): PacketState['zones'] {
  const number = (zone: EffectOf<'zone'>['reply']): number | null => (zone === 'mark' ? 0 : zone);
  const byMark = { original: original === 'mark', reply: reply === 'mark' };
  return {
    ...{ original: number(original), reply: number(reply) },
    ...(byMark.original || byMark.reply ? { byMark } : {}),
  };
}

/** What the mask covers is known afterwards; a bit beside it that `value` turns stays as known as it was. */
function xsetTos(old: PacketState['tos'], value: number, mask: number): PacketState['tos'] {
  return { bits: ((old.bits & ~mask) ^ value) & 0xff, known: (old.known | mask) & 0xff };
}

/** Neither end of the range is passed (net/netfilter/xt_HL.c). */
function changedTtl(old: number | null, { operator, value }: EffectOf<'set-ttl'>): number | null {
  if (operator === 'set') return value;
  if (old === null) return null;
  return operator === 'inc' ? Math.min(255, old + value) : Math.max(0, old - value);
}

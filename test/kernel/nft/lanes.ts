import fc from 'fast-check';
import type { Backend } from '../../../src/iptables/ruleset.ts';
import type { Family } from '../../../src/net/address.ts';
import { legacyKey } from '../../../src/nftables/parse-hooks.ts';
import { priorityOf } from '../../../src/trace/iptables-programs.ts';
import { caseSpecOf, writeCase } from '../generate/case.ts';
import type { Lane } from '../lane.ts';
import { nftCaseSpec, writeNftCase } from './case.ts';

function nftLane(family: Family): Lane {
  return {
    name: `nft/${family}`,
    property: (tell, seed, most) =>
      fc.asyncProperty(nftCaseSpec(seed, most), (spec) => {
        const { native, packets } = writeNftCase(spec, family);
        return tell({ rules: [], native: { ...native, last: true }, packets });
      }),
  };
}

/** Native rules beside those of iptables. */
function mixedLane(backend: Backend, family: Family): Lane {
  const spec = (seed: number, most: number | undefined) =>
    fc.record({ native: nftCaseSpec(seed, most), beside: caseSpecOf(most), last: fc.boolean() });
  return {
    name: `mixed/${backend}/${family}`,
    property: (tell, seed, most) =>
      fc.asyncProperty(spec(seed, most), (both) => {
        const { native, packets } = writeNftCase({ ...both.native, packets: both.beside.packets }, family);
        // Half the rules of each kind: a packet that one of them ends is not met by the other.
        const rules = both.beside.rules.slice(0, 16);
        const { text } = writeCase({ ...both.beside, rules, dropping: [] }, backend, family);
        const iptables = hookedByIptables(backend, family);
        // The hooks of x_tables stay where a table was made once.
        const before = both.last || backend === 'iptables-legacy';
        const registered = before ? [...iptables, ...native.registered] : [...native.registered, ...iptables];
        return tell({
          rules: [{ backend, family, text }],
          native: { lines: native.lines, registered, last: both.last },
          packets,
        });
      }),
  };
}

/** Native rules of nft, alone and beside iptables. */
export const NFT_LANES: readonly Lane[] = [
  nftLane('ipv4'),
  nftLane('ipv6'),
  mixedLane('iptables-nft', 'ipv4'),
  mixedLane('iptables-legacy', 'ipv4'),
  mixedLane('iptables-nft', 'ipv6'),
  mixedLane('iptables-legacy', 'ipv6'),
];

/** The chains of iptables by the names that `nft list hooks` has for them; no two of one backend stand at one place. */
function hookedByIptables(backend: Backend, family: Family): string[] {
  return TABLES.flatMap((table) =>
    HOOK_NAMES.flatMap((hook) => {
      const priority = priorityOf(table, hook, backend);
      if (priority === undefined) return [];
      if (backend === 'iptables-legacy') return [legacyKey(hook, priority)];
      return [`${family === 'ipv4' ? 'ip' : 'ip6'} ${table} ${hook}`];
    }),
  );
}

const TABLES = ['raw', 'mangle', 'nat', 'filter', 'security'] as const;
const HOOK_NAMES = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const;

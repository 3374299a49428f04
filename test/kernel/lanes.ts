import fc from 'fast-check';
import type { Backend } from '../../src/iptables/ruleset.ts';
import type { Family } from '../../src/net/address.ts';
import { caseSpecOf, writeCase } from './generate/case.ts';
import type { Lane } from './lane.ts';

function iptablesLane(backend: Backend, family: Family): Lane {
  return {
    name: `${backend}/${family}`,
    property: (tell, _seed, most) =>
      fc.asyncProperty(caseSpecOf(most), (spec) => {
        const { text, packets } = writeCase(spec, backend, family);
        return tell({ rules: [{ backend, family, text }], native: null, packets });
      }),
  };
}

export const LANES: readonly Lane[] = [
  iptablesLane('iptables-nft', 'ipv4'),
  iptablesLane('iptables-legacy', 'ipv4'),
  iptablesLane('iptables-nft', 'ipv6'),
  iptablesLane('iptables-legacy', 'ipv6'),
];

import fc from 'fast-check';
import type { Backend } from '../../../src/iptables/ruleset.ts';
import type { Family } from '../../../src/net/address.ts';
import { caseSpecOf, writeCase } from '../generate/case.ts';
import type { Lane } from '../lane.ts';
import { tunnelsHere } from './tunnels.ts';

function tunnelLane(backend: Backend, family: Family): Lane {
  return {
    name: `tunnels/${backend}/${family}`,
    property: (tell, _seed, most) => {
      const spec = fc.record({ case: caseSpecOf(most), state: fc.constantFrom(...tunnelsHere()) });
      return fc.asyncProperty(spec, ({ case: rules, state }) => {
        const { text, packets } = writeCase(rules, backend, family, true);
        return tell({ rules: [{ backend, family, text }], native: null, packets, state });
      });
    },
  };
}

/** The same rules on nodes that reach pods elsewhere by a tunnel: VXLAN, and IPIP and GRE where the kernel has them. */
export const TUNNEL_LANES: readonly Lane[] = [
  tunnelLane('iptables-nft', 'ipv4'),
  tunnelLane('iptables-legacy', 'ipv4'),
  tunnelLane('iptables-nft', 'ipv6'),
  tunnelLane('iptables-legacy', 'ipv6'),
];

function olderLane(backend: Backend, family: Family): Lane {
  return {
    name: `older/${backend}/${family}`,
    property: (tell, _seed, most) =>
      fc.asyncProperty(caseSpecOf(most), (spec) => {
        const { text, packets } = writeCase(spec, backend, family);
        const going = packets.map((packet) => ({ ...packet, goesOn: true }));
        return tell({ rules: [{ backend, family, text }], native: null, packets: going, older: true });
      }),
  };
}

/** The same rules, loaded where connections are open: those of iptables-nft are older than any chain of nat. */
export const OLDER_LANES: readonly Lane[] = [
  olderLane('iptables-nft', 'ipv4'),
  olderLane('iptables-legacy', 'ipv4'),
  olderLane('iptables-nft', 'ipv6'),
  olderLane('iptables-legacy', 'ipv6'),
];

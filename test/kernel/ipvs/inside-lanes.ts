import { writeFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { TUNNEL_LANES } from '../devices/lanes.ts';
import { tunnelsHere } from '../devices/tunnels.ts';
import { IPSETS, SETS_ANEW } from '../generate/sets.ts';
import type { ReadyCase } from '../lane.ts';
import { LANES } from '../lanes.ts';
import { type RuleText, TestNode, TRACING_RULES } from '../node/test-node.ts';
import { NEIGHBOURS } from '../node/topology.ts';
import { type Meeting, meet } from '../run-case.ts';

/**
 * Runs in the user-mode kernel: sends the packets of generated cases of the lanes with legacy rules, and writes what the kernel did.
 * `node inside.mjs SEED PACKETS SECONDS FILE [tunnels]`
 */
const [seed = '1', packets = '100', seconds = '300', file = '/out/meetings', only = ''] =
  process.argv.slice(2);

/**
 * The pod on a link of its own in a VRF, whose table leads out by another link; the main table leads to the pod by its link. An answer
 * may say that it is not known what becomes of a packet there, and is judged as where files were lost: none are.
 */
const VRF = `
ip link add vrf0 type vrf table 10
ip link set vrf0 up
ip link set cali3 master vrf0
ip neigh replace ${NEIGHBOURS.pod3.ipv4} lladdr ${NEIGHBOURS.pod3.mac} dev cali3
ip neigh replace ${NEIGHBOURS.pod3.ipv6} lladdr ${NEIGHBOURS.pod3.mac} dev cali3
ip route replace ${NEIGHBOURS.pod3.ipv4} dev cali3
ip -6 route replace ${NEIGHBOURS.pod3.ipv6} dev cali3
ip route add default via 192.168.1.3 dev eth0 table 10
ip -6 route add default via fd00:1::3 dev eth0 table 10`;

/** One case, and what came of its packets. */
export interface LaneMeetings {
  readonly lane: string;
  readonly seed: number;
  /** What the node reached pods elsewhere by: null for a link. */
  readonly tunnel: string | null;
  /** The rules, and what was said of them, where the kernel did not load them. */
  readonly refused: string | null;
  readonly meetings: readonly Meeting[];
}

const until = Date.now() + Number(seconds) * 1000;
const lanes = (only === 'tunnels' ? TUNNEL_LANES : LANES).filter(({ name }) =>
  /(^|\/)iptables-legacy\//.test(name),
);
const tunnels = tunnelsHere();
const plain = await nodeWith('');
const withVrf = await nodeWith(VRF);
try {
  const found: LaneMeetings[] = [];
  let sent = 0;
  // One case in five meets a VRF, and one a tunnel; or all meet a tunnel.
  for (let number = Number(seed); sent < Number(packets) && Date.now() < until; number++)
    for (const lane of lanes) {
      const inVrf = only === '' && number % 5 === 4;
      const node = inVrf ? withVrf : plain;
      let tunnel =
        only === '' && number % 5 === 3 ? (tunnels[Math.floor(number / 5) % tunnels.length] ?? null) : null;
      let meetings: readonly Meeting[] = [];
      let loaded = '';
      const property = lane.property(async (ready) => {
        loaded = ready.rules.map(({ text }) => text).join('');
        tunnel = ready.state ?? tunnel;
        meetings = await node.inState(tunnel, () =>
          meet(node, ready.rules.map(traced), ready.packets.map(unmarked)),
        );
      }, number);
      const run = await fc.check(property, { seed: number, numRuns: 1, endOnFailure: true });
      const refused = run.failed ? `${String(run.errorInstance)}\n${loaded}` : null;
      // What this kernel has no match or target for is not loaded; anything else is a fault of the lane.
      if (refused?.includes('restore: line') === false)
        throw new Error(`${lane.name}, seed ${number}: ${refused}`);
      found.push({
        lane: lane.name,
        seed: number,
        tunnel: tunnel?.name ?? null,
        refused,
        meetings: meetings.map((meeting) => ({
          ...meeting,
          tracedByRules: true,
          ...(inVrf ? { lost: [] } : {}),
        })),
      });
      sent += meetings.length;
    }
  writeFileSync(file, serialize(found));
  console.log(`${sent} packets in ${Math.round(performance.now() / 1000)} s, ${found.length} cases`);
} finally {
  plain.close();
  withVrf.close();
}

async function nodeWith(more: string): Promise<TestNode> {
  const node = await TestNode.create(false);
  await node.makeSets(IPSETS, SETS_ANEW);
  if (more === '') return node;
  await node.node.script(`set -e\n${more}`);
  await node.ready();
  return node;
}

/** It is nf_tables that marks what comes from outside, in the lanes of a kernel that has it. */
function unmarked(packet: ReadyCase['packets'][number]): ReadyCase['packets'][number] {
  return packet.from === 'node' ? packet : { ...packet, mark: 0 };
}

/** The same rules behind those that have x_tables trace; without zones, which Debian's user-mode kernel lacks (NF_CONNTRACK_ZONES). */
function traced(rules: RuleText): RuleText {
  const loadable = rules.text.replace(/^.* --zone.*\n/gm, '');
  const tracing = `${TRACING_RULES.join('\n')}\n`;
  const raw = /^\*raw\n(?::.*\n)*/m;
  const heads = '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n';
  const text = raw.test(loadable)
    ? loadable.replace(raw, (head) => `${head}${tracing}`)
    : `${heads}${tracing}COMMIT\n${loadable}`;
  return { ...rules, text };
}

import { plainQuestion } from '../explain/question/question.js';
import { readVantages } from '../explain/question/vantage.js';
import { IpvsTable, takenKey } from '../ipvs/table.js';
import { followPacket } from '../trace/trace-packet.js';
import { findDifference, groupWays } from './explore/compare-ways.js';
import { bits, everything } from './space/universe.js';
import { sideOf } from './two-sides.js';
/**
 * IPVS narrows no boxes of packets. Where both sides list it as a whole, a new connection of a pod, of the node and of a client
 * outside is traced to each virtual server of either side, through IPVS, on both.
 * @param budget how many packets may be traced on each side
 * @returns null where a side does not tell what IPVS balances
 */
export function probeVirtualServers([before, after], comparison, budget) {
    const [own, other] = [tableOf(before), tableOf(after)];
    if (own === null || other === null)
        return null;
    const states = [throughIpvs(before), throughIpvs(after)];
    const servers = new Map();
    for (const server of [...own.servers, ...other.servers])
        servers.set(takenKey(server.takes), server);
    const classes = [];
    const vantages = vantagesOf(after, comparison);
    let traced = 0;
    let left = 0;
    for (const { takes } of servers.values()) {
        if (takes.by === 'mark' || takes.address.family !== comparison.family)
            continue;
        if (traced + vantages.length > budget)
            left++;
        else
            for (const vantage of vantages) {
                traced++;
                const found = differenceOf(packetOf(vantage, takes), states, comparison, vantage);
                if (found !== null)
                    classes.push(found);
            }
    }
    return { classes, states, left };
}
function tableOf({ known: { ipvs } }) {
    return ipvs instanceof IpvsTable && !ipvs.incomplete ? ipvs : null;
}
function throughIpvs(state) {
    return { ...state, followsIpvs: true };
}
function vantagesOf({ known }, { family }) {
    const destination = {
        address: { family, value: 0n },
        ...{ port: null, protocol: 6, isLocal: false, named: null, chosen: null },
    };
    return readVantages(plainQuestion(''), destination, known).filter(({ onlyIfOtherThan }) => onlyIfOtherThan === undefined);
}
function packetOf({ sender, entersAt, inInterface }, takes) {
    return {
        family: takes.address.family,
        protocol: takes.protocol,
        source: sender,
        sourcePort: null,
        destination: takes.address,
        destinationIsLocal: false,
        destinationPort: takes.port,
        icmp: null,
        entersAt,
        inInterface,
        mark: 0,
        state: 'NEW',
    };
}
function differenceOf(packet, states, { family, space }, { entersAt, inInterface }) {
    const [before, after] = states.map((state) => {
        const side = sideOf(state, family);
        return groupWays(followPacket(packet, side.world(entersAt)), side.nameQuestion);
    });
    const difference = findDifference(before ?? [], after ?? []);
    if (difference === null)
        return null;
    const { universe } = space;
    const doors = bits(universe.doors, (door) => entersAt === 'OUTPUT' ? door.kind === 'node' : door.kind === 'in' && door.device === inInterface);
    return { box: { ...everything(universe), doors }, packet, passed: new Set(), ...difference };
}

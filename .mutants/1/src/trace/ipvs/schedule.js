import { takenText } from '../../ipvs/print-ipvs.js';
import { sharesOf } from '../../ipvs/shares.js';
import { unknown } from '../answer.js';
import { answered, decided } from '../branch.js';
/**
 * Splits a new connection over the real servers that its scheduler may pick. Where no capture tells which it is, the shares
 * are those of many clients, and rest on that condition.
 */
export function schedule(start, server, questions) {
    const { parts, refused, exact } = sharesOf(server);
    if (parts.length === 0)
        return [{ branch: start, real: null }];
    if (server.scheduler !== 'ovf')
        return split(start, server, parts, refused, exact);
    // It goes over from one to the next as they fill, and refuses what none has room for (ip_vs_ovf_schedule).
    const room = unknown({ code: 'ipvs-room', server: takenText(server.takes) });
    const known = answered(start, room);
    if (known === null)
        questions.met(room, start.probability);
    const ways = [true, false].filter((held) => known === null || known === held);
    return ways.flatMap((hasRoom) => {
        const branch = known === null ? decided(start, room, hasRoom) : start;
        return hasRoom ? split(branch, server, parts, refused, exact) : [{ branch, real: null }];
    });
}
function split(branch, server, parts, refused, exact) {
    const way = exact ? branch : spread(branch, server, parts.length);
    const part = (real, share) => ({
        branch: { ...way, probability: way.probability * share },
        real,
    });
    const picked = parts.map(({ real, share }) => part(real, share));
    return refused === 0 ? picked : [...picked, part(null, refused)];
}
/** With one real server nothing is chosen. */
function spread(branch, { takes, scheduler, flags }, of) {
    if (of === 1)
        return branch;
    const byPort = flags.some((flag) => flag === 'sh-port' || flag === 'mh-port');
    const question = unknown({ code: 'ipvs-choice', server: takenText(takes), scheduler, byPort, of });
    return answered(branch, question) === null ? decided(branch, question, true) : branch;
}

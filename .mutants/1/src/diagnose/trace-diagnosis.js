import { CheckContext } from '../findings/context.js';
import { speaksOf } from './explained.js';
import { findCauses } from './find-causes.js';
import { focused } from './focused.js';
import { endsOf, seesOf } from './shares.js';
import { subjectAt } from './ways.js';
/** @returns what the client sees, and why, for packets that were traced. */
export function diagnoseTrace(items, input) {
    const outcomes = items.flatMap((item) => item.outcomes);
    const sees = new Map(outcomes.map((outcome) => [outcome, seesOf(outcome)]));
    const subject = subjectOfTrace(items, input);
    const causes = findCauses(items, subject, new CheckContext(focused(input, subject, items)));
    const told = new Set(outcomes
        .flatMap(({ remarks }) => remarks)
        .filter((remark) => causes.some((cause) => cause.code === remark.code || speaksOf(cause, remark)))
        .map(({ text }) => text));
    const ends = new Map(outcomes.map((outcome) => [outcome, endsOf(outcome)]));
    return { sees, ends, causes, told };
}
function subjectOfTrace(items, { known }) {
    const [first] = items;
    const service = items.find((item) => item.service !== null)?.service ?? null;
    if (first === undefined)
        return { service, object: null, pods: [] };
    const { destination, protocol } = first.packet;
    return { ...subjectAt(destination, protocol, known), ...(service === null ? {} : { service }) };
}

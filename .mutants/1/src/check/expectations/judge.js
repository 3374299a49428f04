import { explainTrace } from '../../explain/explain-trace.js';
import { QuestionError } from '../../explain/question/question.js';
import { judgePacket } from './judge-packet.js';
import { questionFor } from './question.js';
import { countFlows } from './service-flows.js';
/** @returns for each statement whether it holds, in the order of the file. */
export function judge(expectations, known, findings) {
    const { file } = expectations;
    return [
        ...expectations.packets.map((packet) => resultOf(packet, file, judgeOne(packet, known))),
        ...expectations.conntrack.map((statement) => resultOf(statement, file, judgeFlows(statement, known, findings))),
    ];
}
function resultOf({ name, line }, file, differences) {
    return { name, passed: differences.length === 0, message: differences.join('; '), file, line };
}
function judgeOne(packet, known) {
    try {
        const items = explainTrace(questionFor(packet), known);
        return items.flatMap((item) => judgePacket(packet, item));
    }
    catch (error) {
        if (error instanceof QuestionError)
            return [`cannot be asked: ${error.message}`];
        throw error;
    }
}
function judgeFlows({ service, stale, most }, known, findings) {
    if (known.flows === null)
        return ['cannot be told: the capture holds no conntrack listing'];
    const differences = [];
    if (stale === false) {
        const found = findings.find(({ code, objects }) => code === 'KP101' && objects.includes(service));
        if (found !== undefined)
            differences.push(found.message);
    }
    if (most !== null) {
        const count = countFlows(service, known);
        if (count === null)
            differences.push(`no Service ${service} in the capture`);
        else if (count > most)
            differences.push(`${count} flows, more than ${most}`);
    }
    return differences;
}

import { plainQuestion } from '../../explain/question/question.js';
/** @returns the question that `trace` would ask about the packet of an expectation. */
export function questionFor({ from, to, protocol, sourcePort, }) {
    return {
        ...plainQuestion(to),
        from,
        protocol,
        sourcePort,
    };
}

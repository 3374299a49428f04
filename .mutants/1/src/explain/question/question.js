/** @returns the question where a packet to this destination goes, as typed, of which nothing else is asked. */
export function plainQuestion(destination) {
    return {
        destination,
        from: null,
        protocol: null,
        sourcePort: null,
        inInterface: null,
        mark: null,
        ctstate: null,
        namespace: 'default',
        detail: 'answer',
    };
}
/** The question cannot be asked as it stands. The message names what is wrong and the way out; it may quote what was typed. */
export class QuestionError extends Error {
}

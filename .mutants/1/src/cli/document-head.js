/** @returns the head that every document shares. Ask last: reading for the answer may still find problems. */
export function documentHead(capture) {
    return { apiVersion: 'kp-explain/v1', capture: capture.info, problems: capture.problems.list() };
}

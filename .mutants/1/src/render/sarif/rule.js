/** @param page of the finding, as Markdown; null: none is there. @returns the rule of a code. */
export function ruleOf({ code, title, page: where }, level, page) {
    const paragraphs = (page ?? '')
        .trim()
        .split(/\n{2,}/)
        .map((text) => text.replace(/\s*\n\s*/g, ' '));
    const first = paragraphs.find((text) => text !== '' && !/^(?:#|\*\*Severity\*\*)/.test(text));
    return {
        id: code,
        name: pascal(title),
        shortDescription: { text: stopped(capital(title)) },
        fullDescription: { text: stopped(plain(first ?? capital(title))) },
        help: page === null
            ? { text: `See ${where}.` }
            : { text: paragraphs.map(plain).join('\n\n'), markdown: page.trim() },
        defaultConfiguration: { level },
        properties: { tags: ['kubernetes', 'kube-proxy', 'network'] },
    };
}
/** @returns the rule of a statement of expect.yaml that does not hold. */
export function expectationRule() {
    return {
        id: 'expectation',
        name: 'ExpectationBroken',
        shortDescription: { text: 'A statement of expect.yaml does not hold.' },
        fullDescription: {
            text: 'A statement of expect.yaml says what packets, flows or findings of this node must be, and the capture shows something else.',
        },
        help: { text: 'See docs/ci.md, Expectations.' },
        defaultConfiguration: { level: 'error' },
        properties: { tags: ['kubernetes', 'kube-proxy', 'network'] },
    };
}
function pascal(title) {
    const words = title
        .replace(/[^A-Za-z0-9]+/g, ' ')
        .trim()
        .split(' ');
    return words.map(capital).join('');
}
function plain(markdown) {
    return markdown.replace(/^#+ /, '').replace(/\*\*|`/g, '');
}
function stopped(text) {
    return /[.!?]$/.test(text) ? text : `${text}.`;
}
function capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}

import { Command } from 'commander';
import { addDisplayOptions } from './display.js';
import { formatExamples } from './examples.js';
import { EXIT } from './exit-status.js';
import { UsageError } from './usage-error.js';
/** @returns the command; `act` gets the code as typed, or null for the list of all. */
export function explainCommand(program, act) {
    const command = new Command('explain')
        .summary('the page of a finding')
        .description('What a finding means: how it comes about, how it is found, what to do. Without a code, all that there are, one line each.')
        .argument('[code]', 'the code of a finding, such as KP206');
    return addDisplayOptions(command)
        .addHelpText('after', () => formatExamples(program, [
        ['kp-explain explain KP206', 'one finding'],
        ['kp-explain explain', 'all of them'],
    ]))
        .action(async (code) => await act(code ?? null));
}
/** Writes the page, or the list. @returns the exit status. Throws UsageError where there is no such code. */
export async function runExplain(typed, io) {
    const { FINDING_KINDS } = await import('../findings/registry.js');
    const { loadColours, wantsColour } = await import('../render/colours.js');
    const colours = await loadColours(wantsColour(io.columns !== null, io.env));
    if (typed === null) {
        io.out(FINDING_KINDS.map(({ code, title }) => `${colours.strong(code)}  ${title}\n`).join(''));
        return EXIT.answered;
    }
    const code = codeOf(typed);
    if (!FINDING_KINDS.some((kind) => kind.code === code)) {
        const { nearest } = await import('../explain/words/nearest.js');
        const [near] = nearest(code, FINDING_KINDS.map((kind) => kind.code));
        const hint = near === undefined ? '' : ` (Did you mean ${near}?)`;
        throw new UsageError('unknown-code', `no finding has the code ${typed}${hint}; \`${io.programName} explain\` lists all`);
    }
    const { renderPage } = await import('../render/page-text.js');
    const { readFindingPage } = await import('./finding-page.js');
    io.out(renderPage(readFindingPage(code) ?? '', { width: io.columns, colours }));
    return EXIT.answered;
}
/** `kp206` and `206` are KP206. */
function codeOf(typed) {
    const upper = typed.trim().toUpperCase();
    return /^\d{3}$/.test(upper) ? `KP${upper}` : upper;
}

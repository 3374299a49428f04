import { placeOfFile } from './file-places.js';
import { plainFormats } from './plain-formats.js';
import { plainText } from './plain-text.js';
import { readVersion } from './version.js';
/**
 * @param detail of the text. @param stateOf the end of a command that asks of the same capture.
 * @returns the formats of `check`.
 */
export function checkFormats(detail, stateOf, io) {
    const text = async ({ reports, comparisons }, view) => {
        const { renderCheckText } = await import('../render/check-text.js');
        const { quoteWord } = await import('../command/quote.js');
        const again = { program: io.programName, stateOf, quote: quoteWord };
        return renderCheckText(reports, comparisons, { ...view, detail, ...again });
    };
    const { json, yaml } = plainFormats(() => '');
    return {
        text,
        json: (run, view) => json(documentOf(run), view),
        yaml: (run, view) => yaml(documentOf(run), view),
        junit: async (run) => {
            const { renderCheckJunit } = await import('../render/junit/check.js');
            return renderCheckJunit(run);
        },
        sarif: async (run) => {
            const { renderCheckSarif } = await import('../render/sarif/check.js');
            const { readFindingPage } = await import('./finding-page.js');
            return renderCheckSarif(run, {
                version: readVersion(),
                placeOf: placeOfFile,
                pageOf: readFindingPage,
            });
        },
        github: async (run) => {
            const { renderCheckGithub } = await import('../render/github/check.js');
            return renderCheckGithub(run, placeOfFile);
        },
        markdown: async (run) => {
            const { renderCheckMarkdown } = await import('../render/markdown/check.js');
            return renderCheckMarkdown(run);
        },
        html: async (run) => {
            const { renderCheckPage } = await import('../render/html/check.js');
            return await renderCheckPage(run, await plainText(text, run));
        },
    };
}
function documentOf({ reports, failures, isList, comparisons }) {
    const [only] = reports;
    if (!isList && only !== undefined)
        return only;
    return {
        apiVersion: 'kp-explain/v1',
        kind: 'CheckReportList',
        passed: failures.length === 0 && reports.every(({ passed }) => passed),
        items: reports,
        comparisons,
        problems: failures,
    };
}

import { socketText } from '../../net/socket.js';
import { counted, percent } from '../../words/numbers.js';
import { NO_COLOURS } from '../colours.js';
import { ruleLine, serviceLine, stateLine } from '../diff/change-lines.js';
import { witnessLine } from '../diff/witness-lines.js';
import { scopeText } from '../diff-text.js';
import { endOf } from '../picture/ends.js';
import { html } from './html.js';
import { renderPage } from './page.js';
import { stepList } from './steps.js';
/** Of each list so many entries are told. */
const TOLD = 300;
/** @param answer as the terminal shows it. @returns the page of `diff`: the answer, then each change, packets with both paths. */
export async function renderDiffPage(diff, answer) {
    const { identical, proof, before, capture, services, rules, witnesses, state, problems } = diff;
    const proved = identical || !proof.complete;
    return await renderPage({
        title: 'What packets would do differently',
        verdict: {
            word: identical
                ? 'nothing changed'
                : witnesses.length > 0 || services.length > 0
                    ? 'changed'
                    : 'not proved alike',
            tone: identical ? 'good' : proved && witnesses.length === 0 ? 'unknown' : 'bad',
        },
        answer,
        captures: [
            { label: 'before', info: before },
            { label: 'after', info: capture },
        ],
        body: [
            lines('Service ports', services.map((change) => serviceLine(change, NO_COLOURS))),
            witnesses.length === 0
                ? html ``
                : html `<section><h2>Packets that fare otherwise</h2><div class="find">${witnesses.slice(0, TOLD).map(witnessOf)}</div>${moreOf(witnesses.length)}</section>
`,
            lines('Rules outside the chains of Services', rules.map((change) => ruleLine(change, scopeText(diff), NO_COLOURS))),
            lines('Beside the rules', state.map((change) => stateLine(change, NO_COLOURS))),
        ],
        problems,
    });
}
function lines(title, texts) {
    if (texts.length === 0)
        return html ``;
    return html `<section><h2>${title}</h2><ul class="find">${texts.slice(0, TOLD).map((text) => html `<li class="mono">${text.trim()}</li>
`)}</ul>${moreOf(texts.length)}</section>
`;
}
function moreOf(all) {
    return all <= TOLD ? null : html `<p class="soft">and ${all - TOLD} more (-o json)</p>`;
}
function witnessOf(witness) {
    const { before, after, common } = witness;
    return html `<details><summary class="mono">${witnessLine(witness, NO_COLOURS).trim()}</summary>
<p class="soft">${common === 0 ? 'The paths part at once.' : `The first ${counted(common, 'step')} are the same.`}</p>
${sideOf('Before', before)}${sideOf('After', after)}</details>
`;
}
function sideOf(name, { outcomes, path, deciders, given }) {
    return html `<h3>${name}</h3>
<ul>${outcomes.slice(0, 12).map((outcome) => {
        const { title, subtitle, tone } = endOf({ ...outcome, path: [], turns: [], remarks: [] });
        const { source } = outcome;
        const sent = source.rewrite === 'none'
            ? ''
            : `, source ${source.address === null ? 'rewritten' : socketText(source.address, source.port)}`;
        return html `<li>${percent(outcome.probability)} <b class="${tone}">${title}</b> ${subtitle}${sent}</li>
`;
    })}${outcomes.length > 12 ? html `<li>and ${outcomes.length - 12} more</li>` : null}</ul>
${given.length === 0 ? null : html `<p class="soft">where ${given.map(({ text }) => text).join('; ')}</p>`}
${stepList(path.slice(-12), deciders.map(({ id }) => id))}`;
}

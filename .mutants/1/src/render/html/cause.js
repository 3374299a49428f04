import { html } from './html.js';
import { placeOf } from './page.js';
const TONES = { error: 'bad', warning: 'unknown', info: 'plain' };
/** Lines of proof for each; `-o json` has all. */
const PROOF = 40;
/** @returns findings or causes in full, to be found by the search; nothing where there are none. */
export function causeList(causes) {
    if (causes.length === 0)
        return null;
    return html `<div class="find">${causes.map(causeOf)}</div>
`;
}
function causeOf(cause) {
    const { code, severity, title, message, objects, hits, advice, command, evidence, certainty } = cause;
    const shown = evidence.slice(0, PROOF);
    return html `<article class="finding ${severity}"><h4><span class="tag ${TONES[severity]}">${severity}</span> ${code} ${title}${certainty === 'certain' ? '' : ` (${certainty})`}</h4>
<p>${message}</p>
${objects.length === 0
        ? null
        : html `<p class="soft">about ${objects.slice(0, 12).join(', ')}${objects.length > 12 ? ` and ${objects.length - 12} more` : ''}</p>
`}<p><b>Who notices:</b> ${hits}</p>
<p><b>What to do:</b> ${advice}</p>
${command === null
        ? null
        : html `<pre tabindex="0" role="region" aria-label="The command, to be run by you">${command}</pre>
`}${shown.length === 0
        ? null
        : html `<details><summary>The proof (${evidence.length})</summary><ul class="rules">${shown.map(({ file, line, text }) => html `<li>${placeOf(file, line)}<code>${text}</code></li>
`)}</ul>${evidence.length > shown.length ? html `<p class="soft">and ${evidence.length - shown.length} more</p>` : null}</details>
`}</article>
`;
}

import { counted } from '../../words/numbers.js';
import { chainText, ruleText } from '../trace/step-place.js';
import { html } from './html.js';
import { placeOf } from './page.js';
/** @returns what a box of the drawing opens: its rules, with line, counters and sentence, and the chains it asked in between. */
export function boxDetails(box, prefix, hook) {
    const { id, title, subtitle, steps, more, asides, kind } = box;
    const decides = box.decides.length > 0 || asides.some((aside) => aside.decides.length > 0);
    return html `<details id="${prefix}${id}"><summary><b>${title}</b> <span class="soft">${subtitle}${hook === '' ? '' : `, ${hook}`}${decides ? ', decides' : ''}</span></summary>
${kind === 'chain' ? null : html `<p>${title}${subtitle === '' ? '' : `: ${subtitle}`}</p>`}${stepList(steps, box.decides, more)}${asides.map((aside) => html `<h4>${aside.title} <span class="soft">${aside.subtitle}, came back</span></h4>${stepList(aside.steps, aside.decides, aside.more)}`)}</details>
`;
}
/** @returns steps as a list; nothing where there are none. @param decides ids of those that decide. */
export function stepList(steps, decides, more = 0) {
    if (steps.length === 0)
        return null;
    return html `<ul class="rules">${steps.map((step) => stepItem(step, decides.includes(step.id)))}</ul>
${more === 0 ? null : html `<p class="soft">and ${counted(more, 'more rule')} like these, folded</p>`}`;
}
function stepItem(step, decides) {
    const { rule, text, file, line, note, action, target, counters } = step;
    const where = rule === null && step.scheduler === undefined
        ? `policy or end of ${chainText(step)}`
        : `${chainText(step)} rule ${ruleText(step)}`;
    return html `<li>${decides ? html `<span class="decides">Decides: </span>` : null}${where} <span class="soft">${action}${target === null ? '' : ` ${target}`}</span> ${placeOf(file, line)}${counters === undefined || counters === null
        ? null
        : html `<span class="soft">${counted(counters.packets, 'packet')}, ${counted(counters.bytes, 'byte')}</span>`}${text === null ? null : html `<code>${text}</code>`}${note === null ? null : html `<p>${note}</p>`}</li>
`;
}

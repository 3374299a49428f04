import { percent } from '../../words/numbers.js';
import { html } from './html.js';
/** Characters of a box's line that fit. */
const FIT = 25;
/**
 * @param prefix of ids, for pages with several drawings.
 * @returns the picture as SVG. Each box is a link to its rules, so that it opens without a script, too.
 */
export function drawingOf(picture, layout, prefix, label) {
    const { width, height } = layout;
    return html `<div class="scroll drawing" tabindex="0" role="region" aria-label="${label}">
<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-label="${label}">
${layout.columns.map(({ label: hook, x }) => html `<text class="label" x="${x}" y="20">${hook}</text>
`)}${layout.lanes.length < 2
        ? null
        : layout.lanes.map(({ node, y, height: tall }) => html `<rect class="lane" x="2" y="${y}" width="${width - 4}" height="${tall}" rx="6"/><text class="label" x="10" y="${y + 16}">node ${node ?? 'not named'}</text>
`)}${layout.ribbons.map(({ path, width: thick, index, reply, ribbon }) => html `<path class="ribbon${reply ? ' reply' : ''}${ribbon.returns ? ' returns' : ''}" data-ribbon="${index}" d="${path}" stroke-width="${Math.round(thick * 10) / 10}"/>
`)}${layout.boxes.map((placed) => boxOf(placed, prefix, shareOf(placed.box, picture)))}</svg></div>
`;
}
function boxOf({ box, x, y, width, height }, prefix, share) {
    const { id, title, subtitle, tone, decides, asides } = box;
    const isDecider = decides.length > 0 || asides.some((aside) => aside.decides.length > 0);
    const lines = [title, isDecider ? `decides: ${subtitle}` : subtitle].filter((line) => line !== '');
    const called = asides.map((aside) => `+ ${aside.title}`);
    const shown = [...lines, ...called].map((line) => shortened(line, FIT));
    // What is seen comes first, so that it can be spoken to; then what did not fit.
    const whole = [...lines, ...called].filter((line, index) => line !== shown[index]);
    const name = [shown.join(' '), ...whole, ...(share === '' ? [] : [share])].join(', ');
    return html `<a href="#${prefix}${id}" data-opens="${prefix}${id}" data-box="${id}" class="${tone}${isDecider ? ' decider' : ''}" aria-label="${name}">
<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>
${shown.map((line, index) => html `<text class="${index === 0 ? 'label' : 'soft'}" x="${x + 8}" y="${y + (index === 0 ? 18 : 35 + Math.max(0, index - lines.length + 1) * 17)}">${line}</text>
`)}</a>
`;
}
/** Of the end of ways: what share of packets goes there, where no condition is open. */
function shareOf(box, { ways, questions }) {
    if (box.kind !== 'end' || questions.length > 0)
        return '';
    const share = ways.reduce((sum, way) => sum + (way.boxes.includes(box.id) ? way.probability : 0), 0);
    return percent(share);
}
/** @returns the beginning and the end of a text that is too long: chains differ in their last letters. */
export function shortened(text, most) {
    const letters = [...text];
    if (letters.length <= most)
        return text;
    const tail = Math.floor(most / 3);
    return `${letters.slice(0, most - tail - 1).join('')}…${letters.slice(-tail).join('')}`;
}

import { html } from './html.js';
/** @returns a table that can be read on a narrow screen: it scrolls by itself, also by keyboard. Rows are found by the search. */
export function tableOf(caption, heads, rows) {
    return html `<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${heads.map((head) => html `<th scope="col">${head}</th>`)}</tr></thead>
<tbody class="find">${rows.map((cells) => html `<tr>${cells.map((cell) => html `<td>${cell}</td>`)}</tr>
`)}</tbody></table></div>
`;
}

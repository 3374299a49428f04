import { wrap } from './wrap.js';
/**
 * @param markdown a page of this project's own documentation
 * @returns it for a terminal: paragraphs and points broken at its width, blocks of code as they are
 */
export function renderPage(markdown, { width, colours }) {
    const blocks = markdown.trim().split(/\n{2,}/);
    return `${blocks.map((block) => renderBlock(block, width, colours)).join('\n\n')}\n`;
}
function renderBlock(block, width, colours) {
    if (block.startsWith('```'))
        return block
            .split('\n')
            .filter((line) => !line.startsWith('```'))
            .map((line) => `    ${line}`)
            .join('\n');
    const heading = /^#+ (.*)$/.exec(block)?.[1];
    if (heading !== undefined)
        return colours.strong(heading);
    if (block.startsWith('|'))
        return block;
    const points = block.split(/\n(?=[-*] )/).map((point) => point.replace(/\s*\n\s*/g, ' '));
    return points
        .map((point) => wrap(inline(point, colours), width, /^[-*] /.test(point) ? '  ' : ''))
        .join('\n');
}
/** Links before bold words: a colour's own code has a bracket. */
function inline(text, { strong }) {
    return text
        .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, words, target) => /^https?:/.test(target) ? `${words} (${target})` : words)
        .replace(/\*\*([^*]+)\*\*/g, (_, word) => strong(word));
}

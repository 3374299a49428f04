import type { DiffList } from '../diff/document.ts';
import { counted, listed } from '../words/numbers.ts';
import { escapeTerminal } from './escape.ts';
import type { TextOptions } from './text-options.ts';

/**
 * @param texts of the items, as `diff` shows each
 * @returns how many nodes differ, which are in one state alone, and what changed on each that differs
 */
export function renderDiffList(list: DiffList, texts: readonly string[], { colours }: TextOptions): string {
  const { items, onlyBefore, onlyAfter } = list;
  const alike = items.filter(({ identical }) => identical).map(nameOf);
  const count = items.length - alike.length;
  const head =
    count === 0
      ? colours.good(`no packet fares otherwise on any of ${counted(items.length, 'node')}`)
      : colours.bad(
          `${count} of ${counted(items.length, 'node')} ${count === 1 ? 'differs' : 'differ'}, or may`,
        );
  const lines = [
    ...(alike.length === 0 || count === 0 ? [] : [`no packet fares otherwise on ${listed(alike, 12)}`]),
    ...(onlyBefore.length === 0 ? [] : [`only before: ${listed(onlyBefore, 12)}`]),
    ...(onlyAfter.length === 0 ? [] : [`only after: ${listed(onlyAfter, 12)}`]),
  ];
  const told = items.flatMap((item, index) =>
    item.identical ? [] : [`\n${colours.strong(escapeTerminal(nameOf(item)))}\n${texts[index] ?? ''}`],
  );
  return `${head}\n${lines.map((line) => `${escapeTerminal(line)}\n`).join('')}${told.join('')}`;
}

function nameOf({ capture }: DiffList['items'][number]): string {
  return capture.node ?? capture.origin;
}

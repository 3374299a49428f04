import type { Cause } from '../../diagnose/cause.ts';
import type { TraceDiagnosis } from '../../diagnose/trace-diagnosis.ts';
import type { Remark, TraceItem, TraceList } from '../../explain/trace-list.ts';
import { counted } from '../../words/numbers.ts';
import { causeLine, renderCause } from '../cause-text.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';
import { fitScreen } from '../screen.ts';
import { wrap } from '../wrap.ts';
import { type Block, blocksOf } from './alike.ts';
import { connectionLines } from './connection-text.ts';
import { darkText, fareText } from './fare-text.ts';

/** How the screen is written. */
export interface ScreenOptions {
  /** Columns of the terminal; null where the output is not one. */
  readonly width: number | null;
  readonly colours: Colours;
  /** The first line: what the address is. */
  readonly heading: string;
  /** @returns the flow that a packet belongs to, which decides then. */
  readonly flowHit: (item: TraceItem) => readonly string[];
  /** @returns where live flows of a sender go; the empty string where there are none. */
  readonly flowText: (item: TraceItem) => string;
  /** @returns the lines of conditions under which a group of outcomes holds: so many, and how many more there are. */
  readonly conditions: (block: Block['groups'][number], most: number) => readonly string[];
  /** What was taken for granted, and what would settle what is open. */
  readonly notes: string;
  /** The command that tells all about the Service; null where there is none. */
  readonly why: string | null;
  readonly program: string;
}

/** How much is told. */
interface Level {
  readonly proof: number;
  readonly others: number;
  readonly rest: boolean;
  readonly groups: number;
  /** Conditions of each group. */
  readonly conditions: number;
  readonly flows: boolean;
  /** Remarks that are only worth knowing. */
  readonly remarks: boolean;
  /** Which endpoints, and what they see of the sender. */
  readonly ends: boolean;
}

const LEVELS: readonly [Level, ...Level[]] = [
  { proof: 2, others: 4, rest: true, groups: 6, conditions: 4, flows: true, remarks: true, ends: true },
  { proof: 1, others: 4, rest: true, groups: 6, conditions: 4, flows: true, remarks: true, ends: true },
  { proof: 1, others: 2, rest: false, groups: 4, conditions: 2, flows: true, remarks: true, ends: true },
  { proof: 1, others: 2, rest: false, groups: 2, conditions: 1, flows: false, remarks: true, ends: true },
  { proof: 0, others: 1, rest: false, groups: 2, conditions: 1, flows: false, remarks: false, ends: true },
  { proof: 0, others: 0, rest: false, groups: 1, conditions: 1, flows: false, remarks: false, ends: false },
];

/** @returns the answer of a trace on one screen: who sees what, why, what to do next, and how to see the path. */
export function renderScreen(list: TraceList, diagnosis: TraceDiagnosis, options: ScreenOptions): string {
  const blocks = blocksOf(list.items, diagnosis.seesOf);
  return fitScreen(LEVELS, options.width, (level) => renderAt(level, blocks, diagnosis, options));
}

function renderAt(
  level: Level,
  blocks: readonly Block[],
  diagnosis: TraceDiagnosis,
  options: ScreenOptions,
): string {
  const { width, colours, heading } = options;
  const [first, ...others] = diagnosis.causes;
  const more = others.length - level.others;
  const shown = blocks.flatMap(({ groups }) => groups.slice(0, level.groups));
  // Where endpoints are not named, there is no room for it in the line that they would stand in.
  const dark = level.ends ? '' : darkText(shown, diagnosis);
  const parts = [
    heading +
      (level.rest ? '\n' : '') +
      blocks.map((block) => blockText(block, level, diagnosis, options)).join(''),
    ...(first === undefined
      ? []
      : [
          renderCause(first, { width, colours, proof: level.proof, brief: true, hits: level.rest }) +
            others
              .slice(0, level.others)
              .map((cause) => causeLine(cause, options))
              .join('') +
            (more > 0 ? `… and ${more} more\n` : ''),
        ]),
    (level.rest ? options.notes : '') +
      footText(level.ends ? diagnosis.causes : [], level.rest || options.notes === '', dark, options),
  ];
  return parts.join('\n');
}

function blockText(block: Block, level: Level, diagnosis: TraceDiagnosis, options: ScreenOptions): string {
  const { width, colours } = options;
  const groups = block.groups.slice(0, level.groups);
  const left = block.groups.length - groups.length;
  const line = (text: string) => `${wrap(text, width, '    ')}\n`;
  return [
    ...block.senders.map(({ from, source }) =>
      line(
        `from ${colours.strong(escapeTerminal(from))}${source === '' || !level.ends ? '' : `, ${source}`}`,
      ),
    ),
    ...block.items.flatMap((item) => options.flowHit(item)).map((text) => `${text}\n`),
    ...groups.flatMap((group) => [
      ...options.conditions(group, level.conditions).map((text) => `${text}\n`),
      line(`  ${fareText(group, block.items[0], { fares: diagnosis, colours, named: level.ends })}`),
      ...connectionLines(group, width, colours, diagnosis.likeOf).map((text) => `${text}\n`),
      ...remarkLines(
        remarksOf(group, diagnosis.told).filter(({ effect }) => level.remarks || effect !== 'none'),
        options,
      ),
    ]),
    left > 0 ? line(leftText(block.groups.slice(groups.length), diagnosis.endsOf)) : '',
    ...(level.flows ? block.items : []).flatMap((item) => {
      const text = options.flowText(item);
      if (text === '') return [];
      return [line(block.items.length === 1 ? text : `  ${escapeTerminal(item.from)}: ${text.trim()}`)];
    }),
  ].join('');
}

/** Remarks that no cause stands for, each once. */
function remarksOf({ outcomes }: Block['groups'][number], told: ReadonlySet<string>): Remark[] {
  const all = outcomes.flatMap(({ ways }) => ways.flatMap(({ remarks }) => remarks));
  return [
    ...new Map(all.filter(({ text }) => !told.has(text)).map((remark) => [remark.code, remark])).values(),
  ];
}

/** Remarks of a group that are told; the first weigh most. */
const REMARKS = 3;

function remarkLines(remarks: readonly Remark[], options: ScreenOptions): string[] {
  const more = remarks.length - REMARKS;
  return [
    ...remarks.slice(0, REMARKS).map((remark) => remarkText(remark, options)),
    ...(more > 0 ? [`  … and ${counted(more, 'more remark')} (--detail answer)\n`] : []),
  ];
}

/** Conditions that there is no room for must not look as if all went well under them. */
function leftText(left: readonly Block['groups'][number][], endsOf: TraceDiagnosis['endsOf']): string {
  const fails = left.filter(({ outcomes }) =>
    outcomes.some(({ ways }) => ways.some((way) => endsOf(way).some(({ sees }) => sees !== 'works'))),
  ).length;
  const how =
    fails === 0 ? '' : fails === left.length ? '; it may not work' : `; under ${fails} it may not work`;
  return `  … and under ${counted(left.length, 'more condition')}${how} (--detail answer)`;
}

function remarkText({ effect, text }: Remark, { width, colours }: ScreenOptions): string {
  const paint = { breaks: colours.bad, 'may-break': colours.warning, none: (plain: string) => plain }[effect];
  const lines = wrap(`  ${effect === 'none' ? '' : 'but '}${escapeTerminal(text)}`, width, '    ').split(
    '\n',
  );
  return `${lines.map(paint).join('\n')}\n`;
}

function footText(causes: readonly Cause[], hasNotes: boolean, dark: string, options: ScreenOptions): string {
  const { width, colours, why, program } = options;
  const page = causes.find(({ page: own }) => own !== null)?.code ?? null;
  const said = [
    ...(dark === '' ? [] : [dark]),
    hasNotes
      ? 'the path, rule by rule: --detail path'
      : 'rules: --detail path; taken for granted: --detail answer',
    ...(why === null ? [] : [`\`${why}\``]),
    ...(page === null ? [] : [`\`${program} explain ${page}\``]),
  ];
  return `${wrap(colours.faint(said.join('; ')), width, '  ')}\n`;
}

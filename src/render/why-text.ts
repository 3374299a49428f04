import type { Verdict } from '../diagnose/shares.ts';
import type { WayItem, WhyReport } from '../diagnose/why-report.ts';
import { socketText } from '../net/socket.ts';
import { causeLine, renderCause } from './cause-text.ts';
import type { Colours } from './colours.ts';
import { escapeTerminal } from './escape.ts';
import { VIA } from './flows/words.ts';
import { fitScreen } from './screen.ts';
import { sharesText } from './shares-text.ts';
import type { TextOptions } from './text-options.ts';
import { wrap } from './wrap.ts';

/** How the report is written. */
export interface WhyTextOptions extends TextOptions {
  /** The end of a command that asks of the same state: quoted, with a space before it; empty where there is none. */
  readonly state: string;
  /** How the program was called. */
  readonly program: string;
  /** The question as it was typed: quoted words. */
  readonly question: string;
}

/** How much is told beside verdict and first cause: lines of proof, further causes, what was chosen among several. */
interface Level {
  readonly proof: number;
  readonly others: number;
  readonly notes: boolean;
  /** Who notices, and what the API has. */
  readonly rest: boolean;
}

const LEVELS: readonly [Level, ...Level[]] = [
  { proof: 2, others: 4, notes: true, rest: true },
  { proof: 1, others: 4, notes: true, rest: true },
  { proof: 1, others: 2, notes: false, rest: true },
  { proof: 0, others: 1, notes: false, rest: true },
  { proof: 0, others: 1, notes: false, rest: false },
];

/** @returns the answer on one screen: does it work, from where; the first cause, opened; the others, a line each; the API. */
export function renderWhyText(report: WhyReport, options: WhyTextOptions): string {
  return fitScreen(LEVELS, options.width, (level) => renderAt(level, report, options));
}

function renderAt(level: Level, report: WhyReport, options: WhyTextOptions): string {
  const { width, colours } = options;
  const [first, ...others] = report.causes;
  const line = (text: string) => `${wrap(text, width, '    ')}\n`;
  const more = others.length - level.others;
  const blocks = [
    heading(report, options) +
      report.ways.map((way) => line(wayText(way, report.ways[0]?.to, colours))).join(''),
    ...(first === undefined
      ? []
      : [renderCause(first, { width, colours, proof: level.proof, brief: true, hits: level.rest })]),
    ...(others.length === 0
      ? []
      : [
          others
            .slice(0, level.others)
            .map((cause) => causeLine(cause, options))
            .join('') + (more > 0 ? `… and ${more} more (-o json)\n` : ''),
        ]),
    [
      ...(level.rest ? report.api : []).map((text) => line(`in the API: ${escapeTerminal(text)}`)),
      ...(level.notes ? report.notes.map((text) => line(escapeTerminal(text))) : []),
      line(colours.faint(nextText(report, options))),
    ].join(''),
  ];
  return blocks.join('\n');
}

function heading(report: WhyReport, { width, colours }: WhyTextOptions): string {
  const { verdict, capture, ways, protocol } = report;
  const name = nameOf(report);
  const paint = PAINTS[verdict](colours);
  const to = ways[0]?.to;
  const at = to === undefined ? '' : ` (${socketText(to.address, to.port)}/${protocol})`;
  const node = capture.node === null ? '' : ` on ${escapeTerminal(capture.node)}`;
  return `${wrap(`${colours.strong(escapeTerminal(name))}${at}${node}: ${paint(verdictText(report))}`, width, '  ')}\n`;
}

const PAINTS: Readonly<Record<Verdict, (colours: Colours) => Colours['good']>> = {
  works: ({ good }) => good,
  broken: ({ bad }) => bad,
  unknown: ({ warning }) => warning,
};

/** A share that is all of it, but for rounding. */
const ALL = 1 - 1e-6;

/** @returns whether it works, in a few words that hold no captured text. */
export function verdictText({ verdict, ways }: WhyReport): string {
  if (verdict === 'works') return 'works';
  if (verdict === 'unknown') return 'UNKNOWN whether it works';
  if (ways.some(({ stuck }) => stuck)) return 'STUCK';
  if (ways.every(({ shares }) => shares.works >= ALL))
    return 'works as asked, BUT AN ERROR CONCERNS THE SERVICE';
  if (!ways.some(({ shares }) => shares.refused + shares.timesOut + shares.wrongSource > 1 - ALL))
    return 'UNKNOWN whether it works as asked, AND AN ERROR CONCERNS THE SERVICE';
  return ways.some(({ shares }) => shares.works > 0) ? 'DOES NOT WORK FOR EVERYBODY' : 'DOES NOT WORK';
}

/** The address is told where it is another than that of the heading. */
function wayText(
  { from, to, via, shares, stuck }: WayItem,
  first: WayItem['to'] | undefined,
  colours: Colours,
): string {
  const isOther = to.address !== first?.address || to.port !== first.port;
  const by = isOther && via !== null ? ` by ${VIA[via]} ${socketText(to.address, to.port)}` : '';
  const fares = stuck ? colours.bad('stuck, conntrack decides where it goes') : sharesText(shares, colours);
  return `  from ${escapeTerminal(from)}${by}: ${fares}`;
}

function nextText(report: WhyReport, { program, state, question }: WhyTextOptions): string {
  const page = report.causes.find(({ page: own }) => own !== null)?.code ?? null;
  const path = `the path: \`${program} trace ${question} --detail path${state}\``;
  return page === null ? path : `the page: \`${program} explain ${page}\`; ${path}`;
}

/** The Service port, whatever the namespace that was asked in. */
function nameOf({ service, asked }: WhyReport): string {
  if (service === null) return asked;
  return `${service.namespace}/${service.name}${service.port === '' ? '' : `:${service.port}`}`;
}

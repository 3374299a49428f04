import type { Diff } from '../diff/document.ts';
import { counted } from '../words/numbers.ts';
import type { Colours } from './colours.ts';
import { ruleLine, serviceLine, stateLine } from './diff/change-lines.ts';
import { linkLocalLine, linkLocalText, missingText, proofLines } from './diff/proof-lines.ts';
import { pathLines, witnessLine } from './diff/witness-lines.ts';
import { escapeTerminal } from './escape.ts';
import type { TextOptions } from './text-options.ts';
import { wrap } from './wrap.ts';

/** How a comparison is shown. `width` null: no limit. */
export interface DiffTextOptions extends TextOptions {
  readonly detail: 'answer' | 'path' | 'full';
}

/** Of each list so many lines are shown: the answer is to fit on a screen. `--detail full` shows all. */
const SERVICES_SHOWN = 12;
const RULES_SHOWN = 8;
const WITNESSES_SHOWN = 10;

/** Of packets that hardly occur so many are shown; `--detail full` shows all. */
const UNLIKELY_SHOWN = 2;

/** @returns the answer first, then what changed, one line each, worst first. */
export function renderDiffText(diff: Diff, options: DiffTextOptions): string {
  const { colours, detail } = options;
  const likely = diff.witnesses.filter(({ unlikely }) => !unlikely);
  const unlikely = diff.witnesses.filter((witness) => witness.unlikely);
  const shown = detail === 'full' ? unlikely : unlikely.slice(0, likely.length === 0 ? UNLIKELY_SHOWN : 0);
  const hidden = unlikely.length - shown.length;
  const witnesses = shortened([...likely, ...shown], WITNESSES_SHOWN, 'ways', options, (witness) => [
    witnessLine(witness, colours),
    ...(detail === 'answer' ? [] : pathLines(witness, colours)),
  ]);
  if (hidden > 0)
    witnesses.push(
      `  ${colours.faint(`and ${hidden} more of packets that hardly occur: for loopback, link-local or group addresses, or marked before they come in (--detail full)`)}`,
    );
  const changed = diff.state.filter(({ matters }) => matters);
  const noted = diff.state.filter(({ matters }) => !matters);
  return [
    headline(diff, colours),
    ...section(
      'Services',
      shortened(diff.services, SERVICES_SHOWN, 'Service ports', options, (change) => [
        serviceLine(change, colours),
      ]),
      colours,
    ),
    ...section(
      'rules outside the chains of Services',
      shortened(decisiveFirst(diff.rules), RULES_SHOWN, 'rules and policies', options, (change) => [
        ruleLine(change, scopeText(diff), colours),
      ]),
      colours,
    ),
    ...section('addresses, routes, sets, sysctls', stateLines(changed, options), colours),
    ...section('packets that fare otherwise', witnesses, colours),
    ...section(
      'beside the rules',
      [...noted.map((change) => stateLine(change, colours)), ...linkLocalLine(diff)],
      colours,
    ),
    ...proofLines(diff, colours),
  ]
    .map((line) => `${wrap(line, options.width, '      ')}\n`)
    .join('');
}

function headline(diff: Diff, colours: Colours): string {
  const { witnesses, proof } = diff;
  const from = `${sideName(diff.before)} → ${sideName(diff.capture)}`;
  const whom = `${scopeText(diff)}${linkLocalText(diff)}`;
  if (diff.identical) return `${colours.good(`no behaviour change${whom}`)}  ${from}`;
  const open = proof.unexplored.length > 0 ? 'not all could be compared' : '';
  const missing = missingText(proof);
  if (witnesses.length === 0) {
    const why = [open, missing === '' ? '' : `nothing is proved: ${missing}`].filter((text) => text !== '');
    const native = diff.state.some(({ kind }) => kind === 'nftables') ? diff.services.length : 0;
    const found =
      native === 0
        ? `no behaviour change found${whom}, but`
        : `${counted(native, 'Service port')} programmed otherwise in nftables${whom};`;
    return `${colours.warning(`${found} ${why.join(', and ')}`)}  ${from}`;
  }
  const lost = witnesses.filter(({ severity, unlikely }) => severity === 'lost' && !unlikely).length;
  const ways = witnesses.length === 1 ? 'in one way' : `in ${witnesses.length} ways`;
  const worst = witnesses.every(({ unlikely }) => unlikely)
    ? ', of packets that hardly occur'
    : lost === 0
      ? ''
      : `, ${lost} of them a loss`;
  const rest = [open, missing].filter((text) => text !== '').map((text) => `, and ${text}`);
  return `${colours.bad('BEHAVIOUR CHANGED')}${whom} ${ways}${witnesses.length === 1 && lost === 1 ? '' : worst}${rest.join('')}  ${from}`;
}

function shortened<T>(
  items: readonly T[],
  most: number,
  name: string,
  { detail, colours }: DiffTextOptions,
  lines: (item: T) => readonly string[],
): string[] {
  // One line more is shorter than a line that tells of it.
  const shown = detail === 'full' || items.length <= most + 1 ? items : items.slice(0, most);
  const hidden = items.length - shown.length;
  return [
    ...shown.flatMap(lines),
    ...(hidden === 0 ? [] : [colours.faint(`  and ${hidden} more ${name} (--detail full)`)]),
  ];
}

/** In the order of tables and chains otherwise. */
function decisiveFirst(rules: Diff['rules']): Diff['rules'] {
  return [
    ...rules.filter(({ decides }) => decides !== false),
    ...rules.filter(({ decides }) => decides === false),
  ];
}

/** A narrower question has a narrower answer, and says so. */
/** @returns what alone was compared, with a space before it: ` for shop/web`; empty: all packets. */
export function scopeText({ only: { service, from, family } }: Diff): string {
  const packets = family === null ? 'packets' : `${family === 'ipv4' ? 'IPv4' : 'IPv6'} packets`;
  const sender = from === null ? '' : ` from ${escapeTerminal(from)}`;
  return [
    service === null ? '' : ` for ${escapeTerminal(service)}`,
    family === null && from === null ? '' : ` for ${packets}${sender}`,
  ].join('');
}

/** Of each kind so many are shown; `--detail full` shows all. */
const STATE_SHOWN = 5;

function stateLines(changes: Diff['state'], { colours, detail }: DiffTextOptions): string[] {
  const lines: string[] = [];
  for (const kind of new Set(changes.map((change) => change.kind))) {
    const own = changes.filter((change) => change.kind === kind);
    const shown = detail === 'full' ? own : own.slice(0, STATE_SHOWN);
    lines.push(...shown.map((change) => stateLine(change, colours)));
    const hidden = own.length - shown.length;
    if (hidden > 0) lines.push(colours.faint(`  and ${hidden} more of the kind: ${kind} (--detail full)`));
  }
  return lines;
}

function sideName({ origin, takenAt }: Diff['capture']): string {
  return escapeTerminal(takenAt === null ? origin : `${origin} (${takenAt})`);
}

function section(title: string, lines: readonly string[], colours: Colours): string[] {
  return lines.length === 0 ? [] : ['', colours.heading(title), ...lines];
}

import type { Diff } from '../diff/document.ts';
import type { Colours } from './colours.ts';
import { ruleLine, serviceLine, stateLine } from './diff/change-lines.ts';
import { proofLines } from './diff/proof-lines.ts';
import { pathLines, witnessLine } from './diff/witness-lines.ts';
import { escapeTerminal } from './escape.ts';

/** How a comparison is shown. `width` null: no limit. */
export interface DiffTextOptions {
  readonly width: number | null;
  readonly colours: Colours;
  readonly detail: 'answer' | 'path' | 'full';
}

/** Of packets that hardly occur so many are shown; `--detail full` shows all. */
const UNLIKELY_SHOWN = 2;

/** @returns the answer first, then what changed, one line each, worst first. */
export function renderDiffText(diff: Diff, options: DiffTextOptions): string {
  const { colours, detail } = options;
  const likely = diff.witnesses.filter(({ unlikely }) => !unlikely);
  const unlikely = diff.witnesses.filter((witness) => witness.unlikely);
  const shown = detail === 'full' ? unlikely : unlikely.slice(0, likely.length === 0 ? UNLIKELY_SHOWN : 0);
  const hidden = unlikely.length - shown.length;
  const witnesses = [...likely, ...shown].flatMap((witness) => [
    witnessLine(witness, colours),
    ...(detail === 'answer' ? [] : pathLines(witness, colours)),
  ]);
  if (hidden > 0)
    witnesses.push(
      `  ${colours.faint(`and ${hidden} more of packets that hardly occur, such as those from elsewhere for 127.0.0.0/8 (--detail full)`)}`,
    );
  const changed = diff.state.filter(({ matters }) => matters);
  const noted = diff.state.filter(({ matters }) => !matters);
  return [
    headline(diff, colours),
    ...section(
      'Services',
      diff.services.map((change) => serviceLine(change, colours)),
      colours,
    ),
    ...section(
      'rules outside the chains of Services',
      diff.rules.map((change) => ruleLine(change, colours)),
      colours,
    ),
    ...section('addresses, routes, sets, sysctls', stateLines(changed, options), colours),
    ...section('packets that fare otherwise', witnesses, colours),
    ...section(
      'beside the rules',
      noted.map((change) => stateLine(change, colours)),
      colours,
    ),
    ...proofLines(diff, colours),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function headline(diff: Diff, colours: Colours): string {
  const { witnesses, proof } = diff;
  const from = `${sideName(diff.before)} → ${sideName(diff.capture)}`;
  if (diff.identical) return `${colours.good('no behaviour change')}  ${from}`;
  if (witnesses.length === 0)
    return `${colours.warning('no behaviour change found, but not all could be compared')}  ${from}`;
  const lost = witnesses.filter(({ severity, unlikely }) => severity === 'lost' && !unlikely).length;
  const ways = witnesses.length === 1 ? 'in one way' : `in ${witnesses.length} ways`;
  const worst = lost === 0 ? '' : `, ${lost} of them a loss`;
  return `${colours.bad('BEHAVIOUR CHANGED')} ${ways}${witnesses.length === 1 ? '' : worst}${proof.complete ? '' : ', and not all could be compared'}  ${from}`;
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

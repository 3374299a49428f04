import type { Diff } from '../diff/document.ts';
import { counted, listed } from '../words/numbers.ts';
import type { Colours } from './colours.ts';
import { ruleLine, serviceLine, stateLine } from './diff/change-lines.ts';
import { linkLocalLine, linkLocalText, missingText, proofLines } from './diff/proof-lines.ts';
import { pathLines, witnessLine } from './diff/witness-lines.ts';
import { escapeTerminal } from './escape.ts';
import { fitScreen } from './screen.ts';
import type { TextOptions } from './text-options.ts';
import { wrap } from './wrap.ts';

/** How a comparison is shown. `width` null: no limit. */
export interface DiffTextOptions extends TextOptions {
  readonly detail: 'answer' | 'path' | 'full';
  /** The command that compares two captures as nodes, quoted. */
  readonly checkCommand: string;
}

/** How much of each list is shown: the answer is to fit on a screen. `--detail full` shows all. */
interface Level {
  readonly services: number;
  readonly rules: number;
  readonly witnesses: number;
  /** Of packets that hardly occur, where there are no others. */
  readonly unlikely: number;
  /** Of each kind beside the rules. */
  readonly state: number;
  /** Of what is unexplored and what is taken for granted. */
  readonly granted: number;
}

const LEVELS: readonly [Level, ...Level[]] = [
  { services: 12, rules: 8, witnesses: 10, unlikely: 2, state: 5, granted: 8 },
  { services: 6, rules: 4, witnesses: 4, unlikely: 2, state: 3, granted: 3 },
  { services: 4, rules: 3, witnesses: 3, unlikely: 1, state: 2, granted: 1 },
  { services: 2, rules: 2, witnesses: 2, unlikely: 1, state: 1, granted: 0 },
  { services: 1, rules: 1, witnesses: 1, unlikely: 1, state: 1, granted: 0 },
  { services: 1, rules: 0, witnesses: 1, unlikely: 1, state: 0, granted: 0 },
];

/** @returns the answer first, then what changed, one line each, worst first; on a terminal as much as one screen holds. */
export function renderDiffText(diff: Diff, options: DiffTextOptions): string {
  const [most] = LEVELS;
  if (options.detail !== 'answer') return renderAt(most, diff, options);
  return fitScreen(LEVELS, options.width, (level) => renderAt(level, diff, options));
}

function renderAt(level: Level, diff: Diff, options: DiffTextOptions): string {
  const { colours, detail } = options;
  const likely = diff.witnesses.filter(({ unlikely }) => !unlikely);
  const unlikely = diff.witnesses.filter((witness) => witness.unlikely);
  const shown = detail === 'full' ? unlikely : unlikely.slice(0, likely.length === 0 ? level.unlikely : 0);
  const hidden = unlikely.length - shown.length;
  const witnesses = shortened([...likely, ...shown], level.witnesses, 'ways', options, (witness) => [
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
    ...betweenNodes(diff, options),
    ...twoModes(diff, colours),
    ...section('packets that fare otherwise', witnesses, colours),
    ...section(
      'Services',
      shortened(diff.services, level.services, 'Service ports', options, (change) => [
        serviceLine(change, colours),
      ]),
      colours,
    ),
    ...section(
      'rules outside the chains of Services',
      shortened(decisiveFirst(diff.rules), level.rules, 'rules and policies', options, (change) => [
        ruleLine(change, scopeText(diff), colours),
      ]),
      colours,
    ),
    ...section('addresses, routes, sets, sysctls', stateLines(changed, level.state, options), colours),
    ...section(
      'beside the rules',
      [...stateLines(noted, level.state, options), ...linkLocalLine(diff)],
      colours,
    ),
    ...proofLines(diff, colours, detail === 'full' ? LEVELS[0].granted : level.granted),
    ...(options.width === null || detail !== 'answer' || diff.identical
      ? []
      : ['', colours.faint('paths of the packets: --detail path; all of it: --detail full')]),
  ]
    .map((line) => `${wrap(line, options.width, '      ')}\n`)
    .join('');
}

/** What belongs to a node differs by nature: its pods, its addresses, which endpoints are local. */
function betweenNodes(
  { before, capture, twoNodes }: Diff,
  { colours, checkCommand }: DiffTextOptions,
): string[] {
  if (!twoNodes || before.node === null || capture.node === null) return [];
  const names = `${escapeTerminal(before.node)} and ${escapeTerminal(capture.node)}`;
  return [
    `${colours.warning('These are two nodes')}, ${names}: their own pods and addresses differ by nature. Nodes are compared by \`${colours.name(escapeTerminal(checkCommand))}\``,
  ];
}

/** What a side's iptables does with packets to Services is not compared with what another mode does. */
function twoModes({ before, capture, proof, witnesses }: Diff, colours: Colours): string[] {
  if (before.proxyMode === capture.proxyMode || proof.notFollowed.length === 0 || witnesses.length === 0)
    return [];
  return [
    colours.warning(
      `kube-proxy’s mode differs, ${before.proxyMode} → ${capture.proxyMode}: what becomes of packets to Services is not compared`,
    ),
  ];
}

function headline(diff: Diff, colours: Colours): string {
  const { witnesses, proof } = diff;
  const from = `${sideName(diff.before)} → ${sideName(diff.capture)}`;
  const whom = `${scopeText(diff)}${linkLocalText(diff)}`;
  if (diff.identical) return `${colours.good(`no behaviour change${whom}`)}  ${from}`;
  const { notFollowed } = proof;
  const through = listed(notFollowed.map((each) => UNFOLLOWED[each]));
  const told = witnesses.length === 0 && changedText(diff) === through;
  const open =
    notFollowed.length > 0
      ? `${followed(proof)} through ${told ? 'them' : through}`
      : proof.unexplored.length > 0
        ? 'not all could be compared'
        : '';
  const missing = missingText(proof);
  if (witnesses.length === 0) {
    const unproved = notFollowed.length > 0 || missing !== '';
    const why = [open, unproved ? `nothing is proved${missing === '' ? '' : `: ${missing}`}` : ''].filter(
      (text) => text !== '',
    );
    return `${colours.warning(`${programmed(diff, whom)} ${why.join(', and ')}`)}  ${from}`;
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

/** Packets to each virtual server of IPVS are traced; of what else goes through it nothing is said. */
function followed({ notFollowed, sampled }: Diff['proof']): string {
  const all = notFollowed.every((each) => sampled.includes(each));
  return all ? 'only sample packets are followed' : 'no packet is followed';
}

const UNFOLLOWED: Readonly<Record<Diff['proof']['notFollowed'][number], string>> = {
  ipvs: 'virtual servers of IPVS',
  nftables: 'native nftables rules',
  userspace: 'kube-proxy itself (userspace mode)',
};

/** What differs of that through which no packet is followed; empty where nothing does, or where kube-proxy's mode does. */
function changedText({ state, proof: { notFollowed }, before, capture }: Diff): string {
  if (before.proxyMode !== capture.proxyMode) return '';
  return listed(
    notFollowed.filter((each) => state.some(({ kind }) => kind === each)).map((each) => UNFOLLOWED[each]),
  );
}

/** What differs where no packet was found to fare otherwise: what packets are not followed through may still treat them so. */
function programmed(diff: Diff, whom: string): string {
  const { services, proof, before, capture } = diff;
  const where = changedText(diff);
  if (proof.notFollowed.length > 0 && before.proxyMode !== capture.proxyMode)
    return `kube-proxy’s mode differs, ${before.proxyMode} → ${capture.proxyMode}${whom};`;
  if (where === '') return `no behaviour change found${whom}, but`;
  return services.length === 0
    ? `${where} differ${whom};`
    : `${counted(services.length, 'Service port')} programmed otherwise in ${where}${whom};`;
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

function stateLines(changes: Diff['state'], most: number, { colours, detail }: DiffTextOptions): string[] {
  const lines: string[] = [];
  for (const kind of new Set(changes.map((change) => change.kind))) {
    const own = changes.filter((change) => change.kind === kind);
    const shown = detail === 'full' ? own : own.slice(0, most);
    lines.push(...shown.map((change) => stateLine(change, colours)));
    const hidden = own.length - shown.length;
    const and = shown.length === 0 ? `${hidden}` : `and ${hidden} more`;
    if (hidden > 0) lines.push(colours.faint(`  ${and} of the kind: ${kind} (--detail full)`));
  }
  return lines;
}

function sideName({ origin, takenAt }: Diff['capture']): string {
  return escapeTerminal(takenAt === null ? origin : `${origin} (${takenAt})`);
}

function section(title: string, lines: readonly string[], colours: Colours): string[] {
  return lines.length === 0 ? [] : ['', colours.heading(title), ...lines];
}

import { isRow, type LineKind } from '../recognise-lines.ts';

/** Where a line stands: how it continues what was printed before it. */
export interface Before {
  readonly kind: LineKind;
  /** True where a blank line stands between. */
  readonly detached: boolean;
}

type Continues = (text: string, before: Before) => boolean;

const never: Continues = () => false;
const indented: Continues = (text) => /^\s+\S/.test(text);
const untilBlank: Continues = (_, { detached }) => !detached;

const LEFT_OUT =
  '(?:snip(?:ped)?|cut|truncated|omitted|skipped|removed|redacted|elided|deleted|stripped|trimmed)';
const ELISIONS = [
  /^\W*(?:\.{3}|…|(?:\.\s+){2}\.)\W*$/,
  new RegExp(
    `^\\W*(?:\\.{3}|…)?\\W*(?:(?:\\d+|many|some|more|other|further|lines?|rules?|chains?|and|the|rest|of)\\s+)*(?:${LEFT_OUT}|more|lines|rules|chains|entries|etc)\\W*$`,
    'i',
  ),
  // `<output omitted>`, `(calico rules removed for brevity)`, `[lines 6-40 cut]`.
  new RegExp(`^\\W*[<([{][\\w\\s,-]{0,60}\\b${LEFT_OUT}\\b[\\w\\s,-]{0,40}[>)\\]}]\\W*$`, 'i'),
  new RegExp(`^\\W*(?:[\\w-]+\\s+){1,4}${LEFT_OUT}(?:\\s+(?:for|by|here|out)\\b[\\w\\s]{0,40})?\\W*$`, 'i'),
];

/** @returns true for what people put where they left lines out: `...`, `[snip]`, `… 200 more lines …`, `<output omitted>`. */
export function isElision(text: string): boolean {
  return text.length < 200 && ELISIONS.some((one) => one.test(text));
}

/** A quarter of its words are options: prose names one or two. */
function isLikeRule(text: string): boolean {
  const words = text
    .replace(/"[^"]*"/g, 'text')
    .trim()
    .split(/\s+/);
  const options = words.filter((word) => /^-{1,2}[A-Za-z][\w-]*$/.test(word));
  return options.length * 4 >= words.length;
}

/** Lines that mean something only behind others of their kind. What looks like a damaged line of the kind is one, too. */
const CONTINUES: Readonly<Record<LineKind, Continues>> = {
  'iptables-save': (text, { detached }) =>
    /^(?:-{1,2}[A-Za-z]|:\S|\*\w+\s*$|\[\d+:)/.test(text) ||
    isElision(text) ||
    (!detached && isLikeRule(text)),
  'iptables-listing': (text, { detached }) =>
    isRow(text) || isElision(text) || (!detached && text.trim().split(/\s+/).length >= 4),
  conntrack: (text) => /^\s*<[/?]?\w/.test(text),
  'conntrack-stats': never,
  'conntrack-expect': never,
  ipset: untilBlank,
  'ip-addr': (text, { detached }) =>
    !detached && (indented(text, { kind: 'ip-addr', detached }) || /^\d+: /.test(text)),
  // Other next hops, and what was blacked out; prose in a paste that is set in is indented, too.
  'ip-route': (text, before) =>
    indented(text, before) && /^\s+(?:nexthop\b|cache\b|\S+ (?:via|dev) \S)/.test(text),
  'ip-rule': never,
  'ip-addrlabel': never,
  ebtables: (text) => /^(?:-\w|[:*]\w|\s*$)/.test(text),
  'ip-xfrm-policy': indented,
  nft: () => true,
  'nft-hooks': (text) => /^\s*(?:\}|[+-]?\d+ \S)/.test(text),
  sysctl: never,
  sockets: never,
  // A damaged line of a listing is one of it; what is not like any is of another tool.
  ipvs: (text) => /^\s*(?:-|TCP|UDP|SCTP|FWM|->|Prot\b)/.test(text) || isElision(text),
  'ipvs-connections': untilBlank,
  'cilium-services': (text) =>
    /^\s*(?:\d+\s|ID\s|Frontend\s|\S+:\d+(?:\/\w+)*\s)/.test(text) || isElision(text),
  kubernetes: () => true,
  'kubectl-table': (text, { detached }) =>
    !detached && /^(?:[a-z0-9][\w./:-]*\s+\S+\s+\S|[A-Z][\w /-]*:(?:\s|$)|\s+\S)/.test(text),
  expectations: () => true,
  recent: never,
};

/** @returns true where a line that is of no kind itself belongs to the output before it. */
export function continues(text: string, before: Before): boolean {
  return CONTINUES[before.kind](text, before);
}

/** How an output begins of which nothing is missing: with its head, with lo, with the default route. */
const BEGINS: { readonly [K in LineKind]?: RegExp } = {
  'ip-addr': /^\s*1: /,
  'ip-route': /^(?:unicast )?default /,
  ipvs: /^IP Virtual Server |^Prot |^-A /,
  'ipvs-connections': /^IPVS connection entries|^Pro FromIP/,
};

/** @returns true for a first line before which others may have stood. */
export function mayLackHead(first: string, kind: LineKind): boolean {
  return BEGINS[kind]?.test(first) === false;
}

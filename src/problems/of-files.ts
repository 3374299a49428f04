import { formatBytes } from '../words/numbers.ts';
import type { NoArguments, Wording } from './wording.ts';

/** What files, folders and archives may have, whatever is in them. */
export interface FileProblems {
  'too-many-files': { readonly looked: number; readonly all: number };
  'too-large': TooLarge;
  'no-such-file': { readonly said: string };
  'unreadable-file': { readonly said: string } | { readonly holds: 'binary-yaml' };
  'empty-input': Empty;
  'unrecognised-input': { readonly looksLike: string | null };
  'unexpected-content': { readonly kind: string };
  /** Nothing is taken from the file, or not these of its sets; `left-out`: it is not copied. */
  'repeated-input':
    | { readonly is: 'not-used' }
    | { readonly is: 'left-out' }
    | { readonly is: 'partly-used'; readonly sets: readonly string[] };
  truncated: Truncated;
  damaged: { readonly what: 'gzip' | 'archive' };
  'unreadable-line': UnreadableLine;
  'partial-listing': PartialListing;
  'unreadable-json': { readonly what: 'file' | 'object' };
  'unexpected-json': { readonly what: 'no-list' | 'no-object' | 'no-nftables' };
  'unreadable-yaml': YamlFault;
  'escaped-lines': NoArguments;
  /** `where`: `lines 1-4, 9`. */
  'skipped-lines': { readonly count: number; readonly where: string };
}

/** What is wrong with a document of YAML. */
export type YamlFault =
  | { readonly what: 'invalid' | 'unreadable'; readonly said: string }
  | { readonly what: 'complex-keys' };

type TooLarge =
  | { readonly what: 'stray'; readonly limit: number }
  | { readonly what: 'text'; readonly size: number; readonly limit: number }
  | { readonly what: 'yaml' }
  | { readonly what: 'documents'; readonly read: number }
  | { readonly what: 'kernel-trace'; readonly read: number }
  /** What stopped reading said so itself. */
  | { readonly what: 'said'; readonly said: string };

type Empty =
  | { readonly what: 'archive' }
  | { readonly what: 'file'; readonly looksLike: string | null; readonly asksForRoot: boolean };

type Truncated =
  | {
      readonly what:
        | 'gzip'
        | 'archive'
        | 'archived-file'
        | 'json'
        | 'json-listing'
        | 'objects'
        | 'object-pages';
    }
  | { readonly what: 'flow' | 'nft' | 'listing' }
  | { readonly what: 'nft-table'; readonly family: string; readonly table: string }
  /** `inLine`: the last line is a part of one, and not used. */
  | { readonly what: 'ipsets'; readonly set: string | null; readonly inLine: boolean }
  | { readonly what: 'dump'; readonly lacks: DumpLacks };

/** What shows that a dump is not whole. */
export type DumpLacks =
  | { readonly part: 'beginning' | 'line-end' }
  /** A header without its tables; the line of the header. */
  | { readonly part: 'tables'; readonly behind: number }
  /** `before`: the line at which another part begins; null: the file ends. */
  | { readonly part: 'commit'; readonly table: string | null; readonly before: number | null }
  | { readonly part: 'rules'; readonly chain: string };

type PartialListing =
  | { readonly what: 'picked' | 'ipvs' }
  | { readonly what: 'chain'; readonly chain: string; readonly beside: string }
  /** Null: lines are missing; else the links that a listing without the loopback link has. */
  | { readonly what: 'addresses'; readonly links: readonly string[] | null };

type UnreadableLine =
  | { readonly of: keyof typeof LISTINGS }
  | { readonly of: 'dump'; readonly is: keyof typeof LINES_OF_DUMPS; readonly shown: string }
  | { readonly of: 'policy'; readonly shown: string }
  | { readonly of: 'table-listing'; readonly what: keyof typeof LINES_OF_LISTINGS; readonly shown: string };

const LISTINGS = {
  'nft-hooks': 'not a line of `nft list hooks`',
  'nft-text': 'not a line of `nft list ruleset`',
  'nft-set': 'not a line of a set',
  'conntrack-stats': 'not a line of conntrack -S',
  flow: 'not a conntrack entry',
  'long-flow': 'a line too long for a conntrack entry',
  ebtables: 'not a line of ebtables',
  ipset: 'not a line of ipset save',
  recent: 'not a line of an xt_recent list',
  ipvs: 'not a line of ipvsadm -n',
} as const;

const LINES_OF_DUMPS = {
  'no-table': 'names no table that iptables has',
  'no-chain': 'is no chain of a table',
  'no-chain-name': 'names no chain',
  command: 'is a command, not a line of a dump',
  'no-line': 'is no line of a dump',
  'nul-bytes': 'holds NUL bytes, so the dump is damaged or no dump',
} as const;

const LINES_OF_LISTINGS = {
  rule: 'this rule',
  line: 'this line',
  'chain-head': 'this chain head',
  'column-names': 'column names without a chain',
  'last-chain': 'the last chain, which breaks off',
  'loose-rule': 'whose chain this rule is of',
} as const;

/** Why a line of a dump is none. */
export type LineOfDump = keyof typeof LINES_OF_DUMPS;

/** What of a listing could not be read. */
export type LineOfListing = keyof typeof LINES_OF_LISTINGS;

export const FILE_WORDS: Wording<FileProblems> = {
  'too-many-files': ({ looked, all }) => `only the first ${looked} of its ${all} files were looked at`,
  'too-large': tooLarge,
  'no-such-file': ({ said }) => said,
  'unreadable-file': (args) => ('said' in args ? args.said : 'neither JSON nor YAML: it holds binary data'),
  'empty-input': (args) =>
    args.what === 'archive'
      ? 'the archive holds no file that could be part of a capture'
      : `${args.looksLike ?? 'the file is empty'}${args.asksForRoot ? '; was the command run as root?' : ''}`,
  'unrecognised-input': (args) => `${notRecognised(args)}; expected ${READ_HERE}`,
  'unexpected-content': ({ kind }) => `read as ${kind}, which its content is, not as its name says`,
  'repeated-input': repeated,
  truncated,
  damaged: ({ what }) =>
    what === 'gzip'
      ? 'the gzip stream is damaged; what came before the damage is used'
      : 'the archive is damaged; the files before the damage are used',
  'unreadable-line': unreadableLine,
  'partial-listing': partialListing,
  'unreadable-json': ({ what }) =>
    what === 'file' ? 'the text is not valid JSON; the file is not used' : 'this object is not valid JSON',
  'unexpected-json': ({ what }) =>
    ({
      'no-list': 'a JSON list was expected',
      'no-object': 'an entry of the list is not an object',
      'no-nftables': 'no list called nftables',
    })[what],
  'unreadable-yaml': (args) => {
    if (args.what === 'complex-keys') return 'a document with lists or maps as keys was left out';
    return `${args.what === 'invalid' ? 'not valid YAML' : 'a document that cannot be read'}: ${args.said}`;
  },
  'escaped-lines': () => 'line ends are escaped in it; lines are counted as they would print',
  'skipped-lines': ({ count, where }) =>
    count === 1
      ? `1 line is no output of a tool that is read here, and was passed over: ${where}`
      : `${count} lines are no output of a tool that is read here, and were passed over: ${where}`,
};

const READ_HERE =
  'iptables-save, iptables -S or -L, conntrack -L, ipset save, ip -j addr/route/rule, nft -j list ruleset, sysctl, ipvsadm-save -n or ipvsadm -Ln, cilium-dbg service list, or Kubernetes objects as JSON or YAML';

/** @returns that an input was not recognised, without what was expected. */
export function notRecognised({ looksLike }: FileProblems['unrecognised-input']): string {
  return looksLike === null ? 'not recognised' : `not recognised (this looks like ${looksLike})`;
}

function tooLarge(args: TooLarge): string {
  switch (args.what) {
    case 'stray':
      return `not read: larger than ${formatBytes(args.limit)}`;
    case 'text':
      return `not read: ${formatBytes(args.size)} is more than the ${formatBytes(args.limit)} that can be parsed`;
    case 'yaml':
      return 'too large for YAML; take it with `kubectl get -o json`';
    case 'documents':
      return `only the first ${args.read} documents were read`;
    case 'kernel-trace':
      return `only the first ${formatBytes(args.read)} of the kernel’s trace were read and compared`;
    case 'said':
      return args.said;
  }
}

function repeated(args: FileProblems['repeated-input']): string {
  const same = 'the same output was given before';
  if (args.is === 'not-used') return `not used: ${same}`;
  if (args.is === 'left-out') return `left out: ${same}`;
  const some = `${args.sets.slice(0, 3).join(', ')}${args.sets.length > 3 ? ', …' : ''}`;
  return `members of ${some} are not used: ${same}`;
}

function truncated(args: Truncated): string {
  switch (args.what) {
    case 'gzip':
      return 'the gzip stream is cut off; what came before the cut is used';
    case 'archive':
      return 'the archive is cut off; the files before the cut are used';
    case 'archived-file':
      return 'the archive ends inside this file';
    case 'json':
      return 'the JSON ends in the middle; the file is not used';
    case 'json-listing':
      return 'the JSON ends in the middle';
    case 'objects':
      return 'the JSON is cut or damaged; the objects that are complete were used';
    case 'object-pages':
      return 'this list is one page of several: objects are missing (take all of them with `kubectl get … -o json`)';
    case 'flow':
      return 'the listing ends in the middle of an entry';
    case 'nft':
      return 'the listing breaks off';
    case 'listing':
      return `it breaks off, ${NOT_USED}`;
    case 'nft-table':
      return `the listing breaks off in table ${args.family} ${args.table}`;
    case 'ipsets': {
      const inLine = args.inLine ? ' in this line, which is not used' : '';
      return `the sets break off${inLine}; of set ${args.set ?? '?'} and those behind it members may be missing`;
    }
    case 'dump':
      return takenAgain(lackText(args.lacks));
  }
}

const NOT_USED = 'so it is not used: what is missing could change the answer';

/** The way to a whole dump. */
function takenAgain(what: string): string {
  return `${what}: rules are missing. Take it again on the node with iptables-save > file, and copy the file whole`;
}

function lackText(lacks: DumpLacks): string {
  switch (lacks.part) {
    case 'beginning':
      return 'a dump ends here whose beginning is missing';
    case 'line-end':
      return 'the last line has no line end: it may be cut off, and is not used (if it is whole, end the line)';
    case 'tables':
      return `the dump ends behind line ${lacks.behind}, where another table begins`;
    case 'commit': {
      const where = lacks.before === null ? 'at the end of the file' : `before line ${lacks.before}`;
      return `the dump of table ${lacks.table} ends without COMMIT, ${where}`;
    }
    case 'rules':
      return `the listing ends before the rules of ${lacks.chain}, which is never without`;
  }
}

function partialListing(args: PartialListing): string {
  switch (args.what) {
    case 'picked':
      return `lines were picked from it, or left out, ${NOT_USED}`;
    case 'ipvs':
      return 'virtual servers may be missing from it: it breaks off, has lines that cannot be read, or is /proc/net/ip_vs, which leaves some out; list them with `ipvsadm-save -n`';
    case 'chain':
      return takenAgain(`lines that name ${args.chain} were left out: who makes ${args.beside} makes both`);
    case 'addresses': {
      const lack =
        args.links === null
          ? 'lines were picked from it, left out, or cannot be read'
          : `it lists ${args.links.join(', ')} only, without the loopback link`;
      return `only the addresses that it shows are used: ${lack}; list all links with \`ip -j addr\``;
    }
  }
}

function unreadableLine(args: UnreadableLine): string {
  switch (args.of) {
    case 'dump':
      return `${LINES_OF_DUMPS[args.is]}: ${args.shown}`;
    case 'policy':
      return `${args.shown} is no policy of a chain`;
    case 'table-listing':
      return `could not read ${LINES_OF_LISTINGS[args.what]}: ${args.shown}`;
    default:
      return LISTINGS[args.of];
  }
}

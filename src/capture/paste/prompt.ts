import type { LineKind } from '../recognise-lines.ts';

import { withoutTable } from './route-command.ts';

/** A line on which somebody typed a command, or would have. */
export interface Prompt {
  /** The machine that the prompt names; null where it names none. */
  readonly host: string | null;
  /** What was typed; empty for a bare prompt. */
  readonly command: string;
}

/** Tools whose output is read, and what people put before them. */
const TOOL =
  /^(?:(?:sudo|doas|time|watch)\s+(?:-\S+\s+)*|(?:nsenter|chroot|(?:kubectl|oc|docker|crictl|nerdctl|podman)\s+(?:-\S+\s+\S+\s+)?exec|ssh|pdsh|clush|dsh)\s[^|]*?\s)*(?:\/\S*\/)?(?:x?ip6?tables|iptables-(?:nft|legacy)|ip6tables-(?:nft|legacy)|conntrack|ip|ipset|ipvsadm|nft|ss|sysctl|kubectl|oc|ifconfig|route)(?:-save|-nft|-legacy)*(?=\s|$)/;

/** `root@node1:~#`, `[root@node1 ~]#`, `node-2:/#`, `(ctx) user@host dir %`, `bash-5.1#`, `➜  ~`, `$`, `#`, `>`. */
const SHELL =
  /^(?:\([\w./:-]+\)\s*)?(\[[^\]\n]{1,80}\]|\{[^}\n]{1,80}\}|[\w.-]+@[\w.-]+[^\s<$#>%]*(?:\s[^\s<$#>%]+)?|[\w.-]+:\s?[~/][^\s$#>%]*|(?:ba|z|da|k)?sh-[\d.]+)?\s?([#$%>❯➜])\s*(?=\S|$)(.*)$/;

/** @returns what a prompt says, or null for any other line. A sign alone is a prompt only before a tool that is known. */
export function readPrompt(line: string): Prompt | null {
  const found = SHELL.exec(line);
  const [, place, , typed = ''] = found ?? [];
  const command = typed.trim();
  if (found !== null && place !== undefined && isPlace(place)) return { host: hostOf(place), command };
  if (found !== null && isCommand(command)) return { host: null, command };
  return isCommand(line) && !/^(?:ip|route)\s+[a-z]+\s+[a-z]+\s+[a-z]+\s/.test(withoutTable(line))
    ? { host: null, command: line }
    : null;
}

/** @returns true for the call of a tool that is not read here, behind the sign of a prompt. */
export function isOtherCommand(line: string): boolean {
  return /^[$#%❯➜] +(?:[a-z]|\.{0,2}\/)[\w./-]*(?: |$)/.test(line);
}

/** What shows all that it gets: in pages, columns or another order. */
const KEEPS = /^(?:less|more|most|cat|column|sort|tee|nl|jq|expand|uniq|xclip|pbcopy)(?=\s|$)/;

/** Ways to ask a tool itself for a part: `ip route get`, `ip route dev eth0`, `ip route show default`, `ip rule show table 7`, `ip addr show up`, `ipvsadm -t 10.96.0.1:443`, `ss sport = :80`, `ss -4`. */
const ASKS_PART: readonly RegExp[] = [
  /\bip\s(?:-\S+\s+)*r(?:oute|o|)?\s.*\b(?:get|dev|via|src|proto|scope|type|to|exact|match|root)\s/,
  /\bip\s(?:-\S+\s+)*r(?:oute|o|)?\s.*(?<=\s)(?:default|[\da-f]*[.:][\da-f.:]*(?:\/\d+)?)(?=\s|$)/,
  // Links that are up, addresses of a scope, of one link, …
  /\bip\s(?:-\S+\s+(?:inet6?\s+)?)*a(?:d(?:d(?:r(?:e(?:ss?)?)?)?)?)?\s+(?:s(?:h(?:ow?)?)?|l(?:i(?:st?)?)?|ls|lst)\s+[\w./:-]*[a-z\d.:](?=\s|$)/,
  /\bip\s(?:-\S+\s+)*ru(?:le?)?\s+(?:s(?:how?)?|l(?:s|ist)?)\s+[a-z]/,
  /\bipvsadm\s(?:.*\s)?(?:-\w*[tuf](?=[\s\d[])|--(?:tcp|udp|sctp|fwmark)-service\b)/,
  // Without -l and -a it lists connections.
  /\bss(?=\s|$)(?!.*\s(?:-\w*[la]|--(?:listening|all)\b))/,
  /\bss\s(?:-\S+\s+)*(?:-\w*[46]|--(?:ipv[46]|family|query|socket|filter)\b|[^-\s\d|>&;])/,
];

/** @returns true for a command of whose output only some lines may have been printed: `| grep`, `| awk`, `dev eth0`, `route get`. */
export function picksLines(command: string): boolean {
  const [own = '', ...pipes] = command.split(/\|&?(?=\s*[a-z/\\])/);
  return (
    pipes.some((pipe) => !KEEPS.test(pipe.trim().replace(/^(?:\\|\/\S*\/)/, ''))) ||
    ASKS_PART.some((part) => part.test(withoutTable(own)))
  );
}

/**
 * @returns what the reader of an output has to see of the command above it. Which table and family a listing is of, and which namespace,
 *   only its command tells; and what a listing of nft can hold: `nft -t` leaves out elements, `nft list chain` all other chains.
 */
export function keptOf(command: string, kind: LineKind): string | null {
  if (/ip6?tables|kubectl|\boc\b/.test(command)) return command;
  const listed = kind === 'nft' ? /(?<![\w-])nft\s.*\blist\b.*/.exec(command)?.[0] : undefined;
  return listed === undefined ? null : `# ${listed}`;
}

/** @returns true for a command of whose output only the first lines were printed. */
export function isOfHead(command: string): boolean {
  return /\|\s*head\b/.test(command);
}

/** `[1:2]`, `[NEW]` and `[123.456]` begin lines of their own kinds. */
function isPlace(place: string): boolean {
  return !/^\[[\d.:]+\]$|^\[[A-Z]+\]$/.test(place);
}

/** @returns true for the call of a tool whose output is read; `iptables -A …` is a rule and not a question. */
export function isCommand(typed: string): boolean {
  // A command for another machine may stand in quotes.
  const text = /^(?:sudo\s+)?(?:ssh|pdsh|clush|dsh)\s/.test(typed) ? typed.replaceAll(/['"]/g, '') : typed;
  const tool = TOOL.exec(text);
  if (tool === null) return false;
  const options = text.slice(tool[0].length);
  if (/ip6?tables(?:-nft|-legacy)?$/.test(tool[0])) return /\s-(?:[a-zA-Z]*[LS]|-list)/.test(options);
  return options === '' || /^\s+[-\w]/.test(options);
}

function hostOf(place: string): string | null {
  const host = /@([\w.-]+)/.exec(place)?.[1] ?? /^([\w.-]+):\s?[~/]/.exec(place)?.[1];
  // A name may be given with its domain and without.
  return host === undefined ? null : /[a-z]/i.test(host) ? (host.split('.')[0] ?? host) : host;
}

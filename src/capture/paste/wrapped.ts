import { isRow, type LineKind } from '../recognise-lines.ts';

/** A terminal breaks a line where it is full, mail at the last blank before: nothing shorter is broken by either. */
const BROKEN_FROM = 60;

/** What a listing prints behind the addresses of a rule (`print` of the extensions, iptables 1.8). */
const BEHIND_ADDRESSES =
  /^(?:\/\*|!|\[goto\]|(?:tcp|udp|udplite|sctp|dccp|icmp|icmpv6|ipv6-icmp|esp|ah|vrrp)(?: |$)|(?:dpts?|spts?|flags|type|code|to|limit|recent):|(?:ctstate|state|match-set|mark|connmark|ct\w+|reject-with|redir|masq|random\w*|statistic|multiport|owner|source|destination|length|policy|quota|u32|bpf|socket|realm|conn\w*|helper|hashlimit|icmp\w*|option|tcp\w*|vaddr|vproto|vport|ipvs|rpfilter|cgroup|cpu|nth|nfacct|[A-Z][A-Z0-9]+)(?: |$))/;

const FLOW_FIELD =
  /^(?:src|dst|sport|dport|type|code|id|mark|use|zone(?:-\w+)?|packets|bytes|secctx|labels|delta-time|helper|\[start)=|^\[/;

/** A sentence that somebody wrote below: it begins like one, or has four words of letters. */
function isProse(text: string): boolean {
  return (
    /^(?:[A-Z][a-z]|[^\w\s"'/[(!-])/.test(text) ||
    /[a-z][,.;:?!](?: |$)/.test(text) ||
    (text.match(/(?<!\S)[a-z']+(?!\S)/gi) ?? []).length > 3
  );
}

/**
 * Whether a line that is no output of its own is the rest of the one before.
 * @param line the line before, whole as far as it goes
 * @returns what stands between both in the tool's own line; null where the next one is no part of it
 */
export function gapToRest(line: string, next: string, kind: LineKind | null): '' | ' ' | null {
  if (kind === 'conntrack') return gapInFlow(line, next);
  if (kind === 'iptables-listing' && isRow(line)) {
    if (isRestOfWord(line, next)) return '';
    return isInComment(line, kind) ||
      BEHIND_ADDRESSES.test(next) ||
      (line.length >= BROKEN_FROM && !isProse(next))
      ? ' '
      : null;
  }
  if (kind !== 'iptables-save' || !/^(?:\[\d+:\d+\] )?-A /.test(line)) return null;
  const isUnfinished = isInComment(line, kind) || !/ -[jg] \S/.test(line) || / --[\w-]+$/.test(line);
  return isUnfinished ? ' ' : isRestOfWord(line, next) ? '' : null;
}

/** @returns true for a rule that ends within its comment. */
export function isInComment(line: string, kind: LineKind | null): boolean {
  if (kind === 'iptables-listing') return line.lastIndexOf('/*') > line.lastIndexOf('*/');
  return kind === 'iptables-save' && line.split('"').length % 2 === 0;
}

/** Of a flow the end is known: it has `use=`. An event has none, and is never taken for broken. */
function gapInFlow(line: string, next: string): '' | ' ' | null {
  if (/ use=\d+/.test(line) || /^(?:\[\d+\.\d+\])?\s*\[(?:NEW|UPDATE|DESTROY)\]/.test(line)) return null;
  if (isProse(next) && !FLOW_FIELD.test(next)) return null;
  return FLOW_FIELD.test(next) ? ' ' : '';
}

/** The end of a port, an address or a chain's name: one word with a digit or in capitals. */
function isRestOfWord(line: string, next: string): boolean {
  return line.length >= BROKEN_FROM && /^[\w.:/,-]{1,40}$/.test(next) && /\d|^[A-Z-]+$/.test(next);
}

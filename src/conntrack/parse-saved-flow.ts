import { answerType } from '../net/icmp-answer.ts';
import { parseProtocol } from '../net/protocol.ts';
import type { Flow } from './flow.ts';
import { addressOf, agree, emptyTuple, finishTuple, parseCount, parsePort } from './tuple-draft.ts';

const SAVED = /^-A +(?:-t +\d+ +)?-u +[A-Z_]/;

/** @returns true for an entry of `conntrack -L -o save`; no chain of iptables can have such a name. */
export function isSavedFlow(line: string): boolean {
  return SAVED.test(line);
}

/** @returns true for the beginning of `conntrack -E -o save`: flows of it may be over by its end, so that none is read. */
export function holdsSavedEvents(beginning: string): boolean {
  return /^-[UD] +(?:-t +\d+ +)?-u +[A-Z_]/m.test(beginning);
}

/**
 * Reads one entry of `conntrack -L -o save`, spelt as the options that make it anew (`ct_save_snprintf`, src/conntrack.c of
 * conntrack-tools 1.4.7): `-A -t 99 -u SEEN_REPLY -s … -d … -r … -q … -p udp --sport …`. Marks, labels and counters are not in it.
 * @returns null where the line is not a complete entry. Never throws.
 */
export function parseSavedFlow(line: string, file: string, lineNumber: number): Flow | null {
  const options = optionsOf(line);
  const protocol = parseProtocol(options?.get('-p') ?? '');
  if (options === null || protocol === null || protocol > 255) return null;
  const text = (...names: readonly string[]): string => {
    for (const name of names) {
      const value = options.get(name);
      if (value !== undefined) return value;
    }
    return '';
  };
  const count = (name: string): number | null => parseCount(text(name));
  const type = count('--icmp-type') ?? count('--icmpv6-type');
  const code = count('--icmp-code') ?? count('--icmpv6-code');
  const id = count('--icmp-id') ?? count('--icmpv6-id');
  const original = {
    ...emptyTuple(),
    source: addressOf(text('-s')),
    destination: addressOf(text('-d')),
    sourcePort: parsePort(text('--sport')),
    destinationPort: parsePort(text('--dport')),
    ...{ icmpType: type, icmpCode: code, icmpId: id },
    zone: count('--orig-zone'),
  };
  const reply = {
    ...emptyTuple(),
    // What nat wrote stands under a name of its own.
    source: addressOf(text('-r', '-g')),
    destination: addressOf(text('-q', '-n')),
    sourcePort: parsePort(text('--reply-port-src')),
    destinationPort: parsePort(text('--reply-port-dst')),
    // Only the request is told: what opens a flow has one type that answers it.
    ...{ icmpType: type === null ? null : answerType(protocol, type), icmpCode: code, icmpId: id },
    zone: count('--reply-zone'),
  };
  const there = finishTuple(original, protocol);
  const back = finishTuple(reply, protocol);
  if (there === null || back === null || !agree(there, back)) return null;
  const timeoutSeconds = count('-t');
  const set = new Set(text('-u').split(','));
  return {
    protocol,
    state: options.get('--state') ?? null,
    timeoutSeconds,
    ageSeconds: null,
    status: [
      ...(set.has('SEEN_REPLY') ? [] : ['UNREPLIED']),
      ...(set.has('ASSURED') ? ['ASSURED'] : []),
      // The kernel leaves the timeout out of offloaded flows alone (ctnetlink_dump_info, nf_conntrack_netlink.c).
      ...(timeoutSeconds === null ? ['OFFLOAD'] : []),
    ],
    original: there,
    reply: back,
    mark: count('-m'),
    zone: count('-w'),
    helper: null,
    secctx: null,
    id: null,
    labels: null,
    file,
    line: lineNumber,
  };
}

/** @returns the values by option; null where one has none, or is there twice. */
function optionsOf(line: string): ReadonlyMap<string, string> | null {
  if (!isSavedFlow(line)) return null;
  const [, ...words] = line.trim().split(/ +/);
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value = ''] = words.slice(at, at + 2);
    if (!/^--?[a-z]/.test(name) || value === '' || options.has(name)) return null;
    options.set(name, value);
  }
  return options;
}

/**
 * @returns true where a last line without newline is an entry's whole text: nothing ends it, but for a word that begins no longer
 *   one, or a number that is as long as one can be.
 */
export function isWholeSavedFlow(line: string): boolean {
  return WHOLE.test(line);
}

const WHOLE =
  /^-A .*(?: --state (?:ESTABLISHED|SYN_RECV|FIN_WAIT|CLOSE_WAIT|LAST_ACK|TIME_WAIT|LISTEN)| --(?:reply-port-dst|icmp(?:v6)?-id) \d{5})$/;

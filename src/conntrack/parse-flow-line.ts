import type { Flow } from './flow.ts';
import { parseFlowElement } from './parse-flow-element.ts';
import { isSavedFlow, parseSavedFlow } from './parse-saved-flow.ts';
import { addressOf, agree, emptyTuple, finishTuple, parseCount, parsePort } from './tuple-draft.ts';

/**
 * Reads one entry as `conntrack -L` (plain, `-o extended,id,ktimestamp,labels`, `-o save`, or one `<flow>` of `-o xml`),
 * /proc/net/nf_conntrack or the older /proc/net/ip_conntrack print it.
 * @param lineNumber counted from 1; kept in the flow, as is `file`.
 * @returns the flow, or null where the line is not a complete entry. Never throws.
 *
 * The spelling comes from libnetfilter_conntrack 1.0.9 (`src/conntrack/snprintf_default.c`) and from the kernel
 * (`ct_seq_show` in net/netfilter/nf_conntrack_standalone.c, 6.18).
 */
export function parseFlowLine(line: string, file: string, lineNumber: number): Flow | null {
  if (line.includes('\t')) return parseFlowLine(line.replaceAll('\t', ' '), file, lineNumber);
  if (line.includes('<flow>')) return parseFlowElement(line, file, lineNumber);
  if (isSavedFlow(line)) return parseSavedFlow(line, file, lineNumber);
  const tupleStart = line.indexOf(' src=');
  if (tupleStart < 0) return null;
  const head = parseHead(line.slice(0, tupleStart));
  if (head === null) return null;
  const original = emptyTuple();
  const reply = emptyTuple();
  const status: string[] = [];
  let mark: number | null = null;
  let zone: number | null = null;
  let helper: string | null = null;
  let secctx: string | null = null;
  let id: number | null = null;
  let labels: string | null = null;
  let ageSeconds: number | null = null;
  let tuple = original;
  let insideDate = false;
  for (const token of line
    .slice(tupleStart + 1)
    .trimEnd()
    .split(' ')) {
    // `-o ktimestamp` prints `[start=Sat Nov 21 11:00:30 2026]`: the one value with blanks in it.
    if (insideDate) {
      insideDate = !token.endsWith(']');
      continue;
    }
    if (token.startsWith('[')) {
      if (token.endsWith(']')) status.push(token.slice(1, -1));
      else insideDate = true;
      continue;
    }
    const equals = token.indexOf('=');
    if (equals < 0) continue;
    const value = token.slice(equals + 1);
    switch (token.slice(0, equals)) {
      case 'src':
        if (tuple.source !== null) {
          if (tuple === reply) return null;
          tuple = reply;
        }
        tuple.source = addressOf(value);
        if (tuple.source === null) return null;
        break;
      case 'dst':
        tuple.destination = addressOf(value);
        break;
      case 'sport':
        tuple.sourcePort = parsePort(value);
        break;
      case 'dport':
        tuple.destinationPort = parsePort(value);
        break;
      case 'type':
        tuple.icmpType = parseCount(value);
        break;
      case 'code':
        tuple.icmpCode = parseCount(value);
        break;
      case 'id':
        // ICMP has an id in each tuple; `-o id` adds the entry's own at the end.
        if (tuple.icmpType !== null && tuple.icmpId === null) tuple.icmpId = parseCount(value);
        else id = parseCount(value);
        break;
      case 'packets':
        tuple.packets = parseCount(value);
        break;
      case 'bytes':
        tuple.bytes = parseCount(value);
        break;
      case 'zone-orig':
        original.zone = parseCount(value);
        break;
      case 'zone-reply':
        reply.zone = parseCount(value);
        break;
      case 'mark':
        mark = parseCount(value);
        break;
      case 'zone':
        zone = parseCount(value);
        break;
      case 'helper':
        helper = value;
        break;
      case 'secctx':
        secctx = value;
        break;
      case 'delta-time':
        ageSeconds = parseCount(value);
        break;
      case 'labels':
        labels = value;
        break;
    }
  }
  const there = finishTuple(original, head.protocol);
  const back = finishTuple(reply, head.protocol);
  if (there === null || back === null || !agree(there, back)) return null;
  return {
    protocol: head.protocol,
    state: head.state,
    timeoutSeconds: head.timeoutSeconds,
    ageSeconds,
    status,
    original: there,
    reply: back,
    mark,
    zone,
    helper,
    secctx,
    id,
    labels,
    file,
    line: lineNumber,
  };
}

interface Head {
  readonly protocol: number;
  readonly timeoutSeconds: number | null;
  readonly state: string | null;
}

/**
 * Reads what stands before the first tuple: `[ipv4 2] tcp 6 [431999] [ESTABLISHED]`. The kernel leaves the timeout out
 * for offloaded flows and adds `timeout=0, stream_timeout=0` for GRE.
 */
function parseHead(text: string): Head | null {
  const tokens = text.trim().split(/\s+/);
  let at = 0;
  const family = tokens[0];
  const nameFollows = /^\d+$/.test(tokens[1] ?? '') && /^[a-z]/.test(tokens[2] ?? '');
  if ((family === 'ipv4' || family === 'ipv6' || family === 'unknown') && nameFollows) at = 2;
  const name = tokens[at];
  const number = tokens[at + 1];
  if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) return null;
  if (number === undefined || !/^\d{1,3}$/.test(number)) return null;
  let timeoutSeconds: number | null = null;
  let state: string | null = null;
  for (const token of tokens.slice(at + 2)) {
    if (timeoutSeconds === null && /^\d+$/.test(token)) timeoutSeconds = Number(token);
    else if (/^[A-Z][A-Z0-9_]*$/.test(token)) state = token;
  }
  const protocol = Number(number);
  return protocol > 255 ? null : { protocol, timeoutSeconds, state };
}

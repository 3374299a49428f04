import { type PacketLine, readPacketLine } from '../explain/question/packet-line.ts';
import { socketText } from '../net/socket.ts';
import type { Io } from './io.ts';
import type { SourceRequest, TraceRequest, WhyRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';

/** Characters of standard input that are read: a trace of many packets. */
export const MOST_TYPED = 8 * 1024 * 1024;

/** What a line stands for, and how it was read, as a sentence. */
export interface TypedLine {
  readonly packet: PacketLine;
  /** The line itself, where it is a flow that the capture need not have. */
  readonly text: string;
  readonly told: string;
}

/**
 * @param typed an argument: text of a tool, or `-` for what standard input holds
 * @returns the text; null where the argument is one word. Throws UsageError where standard input is the node's state.
 */
export async function typedText(
  typed: string,
  { sources }: { readonly sources: SourceRequest },
  io: Io,
): Promise<string | null> {
  if (typed !== '-') return /\s/.test(typed.trim()) ? typed : null;
  if (sources.files.includes('-'))
    throw new UsageError(
      'stdin-twice',
      'standard input can be the packet or the state of the node, not both',
    );
  let text = '';
  for await (const piece of io.stdin()) {
    text += piece.toString('utf8');
    if (text.length > MOST_TYPED) break;
  }
  return text;
}

/** @returns the first line of a text that tells of a packet; null where the text is null. Throws UsageError where none does. */
export function typedLine(text: string | null, typed: string): TypedLine | null {
  if (text === null) return null;
  for (const line of text.split('\n')) {
    const found = lineOf(line);
    if (found !== null) return found;
  }
  if (typed !== '-') return null;
  throw new UsageError(
    'question',
    'standard input holds no line of conntrack, tcpdump -n, ss -n or a LOG rule (all with numbers, not names)',
  );
}

function lineOf(text: string): TypedLine | null {
  if (!/\s/.test(text.trim())) return null;
  const packet = readPacketLine(text);
  if (packet === null) return null;
  const { tool, protocol, source, sourcePort, destination, destinationPort } = packet;
  const way = `${socketText(source, sourcePort)} → ${socketText(destination, destinationPort)}`;
  return {
    packet,
    text: text.trim(),
    told: `read as ${tool}: ${protocol === null ? '' : `${protocol} `}${way}`,
  };
}

/** @returns the question that a line asks; what was said by options stays. */
export function questionOf<Request extends TraceRequest | WhyRequest>(
  request: Request,
  { packet, text }: TypedLine,
): Request {
  const { files, demo } = request.sources;
  const isCapture = files.length > 0 || demo !== false;
  return {
    ...request,
    sources: packet.isFlow && isCapture ? { ...request.sources, typed: text } : request.sources,
    destination: socketText(packet.destination, packet.destinationPort),
    from: request.from ?? packet.source,
    protocol: request.protocol ?? packet.protocol,
    sourcePort: request.sourcePort ?? packet.sourcePort,
    inInterface: request.inInterface ?? packet.inInterface,
  };
}

import type { MatchOf } from '../../iptables/match.ts';
import { prefixContains } from '../../net/prefix.ts';
import { parseProtocol } from '../../net/protocol.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { Device } from '../outcome.ts';
import type { MatchContext } from './context.ts';
import { senderWithin } from './sender.ts';

/** `-s` (ip_packet_match, net/ipv4/netfilter/ip_tables.c): all bits of the mask, which need not be contiguous. */
export function source(match: MatchOf<'source'>, { state }: MatchContext): Answer {
  return senderWithin(state.source, match.prefix);
}

/** `-d`. */
export function destination(match: MatchOf<'destination'>, { state }: MatchContext): Answer {
  return yesNo(prefixContains(match.prefix, state.destination));
}

/** `-i`: at hooks without an input device the kernel compares with an empty name. */
export function inInterface(match: MatchOf<'in-interface'>, { state }: MatchContext): Answer {
  return deviceNamed(state.inInterface, match.name, 'in');
}

/** `-o`. */
export function outInterface(match: MatchOf<'out-interface'>, { state }: MatchContext): Answer {
  return deviceNamed(state.outInterface, match.name, 'out');
}

function deviceNamed(device: Device, pattern: string, side: 'in' | 'out'): Answer {
  if (device === undefined) {
    // `-i +` matches any device, also none (an empty name has every prefix of length 0).
    if (pattern === '+') return 'yes';
    return unknown({ code: `${side}-interface`, pattern }, (state, held) =>
      held && !pattern.endsWith('+') ? { ...state, [`${side}Interface`]: pattern } : state,
    );
  }
  return yesNo(deviceMatches(device ?? '', pattern));
}

/** @returns true where a device name fits `eth0` or, with a trailing plus, begins with what stands before it. */
export function deviceMatches(device: string, pattern: string): boolean {
  return pattern.endsWith('+') ? device.startsWith(pattern.slice(0, -1)) : device === pattern;
}

/** `-p`. Protocol 0 stands for every protocol; the kernel then does not compare at all. */
export function protocol(match: MatchOf<'protocol'>, { state }: MatchContext): Answer {
  const number = match.number ?? parseProtocol(match.name);
  if (number === 0) return 'always';
  if (number !== null) return yesNo(number === state.protocol);
  return unknown({ code: 'protocol-name', of: 'packet', name: match.name });
}

/** `-f`: the packet traced is whole. */
export function fragment(): Answer {
  return 'no';
}

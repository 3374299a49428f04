import { ADDRESS_BITS, type Address, parseAddress } from '../net/address.ts';
import { maskOfLength, type Prefix } from '../net/prefix.ts';
import type { Expectation } from './facts.ts';

/** The announced tuple; behind it, of conntrack's own listing, its mask. */
const LINE =
  /\bproto=(\d+) src=(\S+) dst=(\S+)(?: sport=(\d+) dport=(\d+))?(?: mask-src=(\S+) mask-dst=(\S+)(?: sport=(\d+) dport=(\d+))?)?(.*)$/;

/** What stands behind the tuple: `helper=ftp`, or in /proc the helper's name at the end, with the name of a class behind a slash. */
const HELPER = /\bhelper=(\S+)|(\S+)\s*$/;

/**
 * Reads connections that helpers announced: /proc/net/nf_conntrack_expect, or `conntrack -L expect`. The former prints no masks; what is
 * zero there is not compared (nf_ct_expect_init gives what it leaves out the value and the mask 0).
 * @returns in the order of the listing; other lines are passed over
 */
export function parseExpectations(text: string, file: string): Expectation[] {
  return text.split('\n').flatMap((line, index): Expectation[] => {
    const found = LINE.exec(line);
    if (found === null) return [];
    const [, protocol, from = '', to = '', sport, dport, fromMask, toMask, sportMask, dportMask, rest] =
      found;
    const source = networkOf(from, fromMask);
    const destination = networkOf(to, toMask);
    if (source === null || destination === null) return [];
    const [, named, last] = HELPER.exec(rest ?? '') ?? [];
    return [
      {
        protocol: Number(protocol),
        source,
        sourcePort: portOf(sport, sportMask),
        destination,
        destinationPort: portOf(dport, dportMask),
        helper: named ?? last ?? null,
        file,
        line: index + 1,
      },
    ];
  });
}

function networkOf(text: string, maskText: string | undefined): Prefix | null {
  const address = parseAddress(text);
  const mask = maskText === undefined ? impliedMask(address) : (parseAddress(maskText)?.value ?? null);
  return address === null || mask === null
    ? null
    : { family: address.family, value: address.value & mask, mask };
}

function impliedMask(address: Address | null): bigint | null {
  if (address === null) return null;
  return address.value === 0n ? 0n : maskOfLength(address.family, ADDRESS_BITS[address.family]);
}

/** @returns null where any port will do. */
function portOf(text: string | undefined, mask: string | undefined): number | null {
  const any = mask === undefined ? text === undefined || text === '0' : mask === '0';
  return any ? null : Number(text);
}

import { type Address, formatAddress } from '../net/address.ts';

/** How a listing spells its tuples. */
export type Spelling = 'text' | 'xml' | 'saved';

/**
 * @returns how the listing spells addresses, judged by its beginning; null where it is none of the known ways (blanks
 * realigned by hand, for instance), so that its bytes cannot be searched and each line has to be read.
 */
export function spellingOf(beginning: string): Spelling | null {
  if (beginning.includes('<flow>') || beginning.includes('<conntrack>')) return 'xml';
  if (isOfSaved(beginning)) return SAVED.test(beginning) && !beginning.includes('src=') ? 'saved' : null;
  if (beginning.includes('src=') && !/ src=[0-9a-f.:]+ dst=[0-9a-f.:]+ /.test(beginning)) return null;
  return 'text';
}

/** @returns the bytes that every entry of the listing holds, judged by its beginning. */
export function entrySign(beginning: string): string {
  if (spellingOf(beginning) === 'xml') return '<flow>';
  return isOfSaved(beginning) && !beginning.includes('src=') ? ' -s ' : 'src=';
}

function isOfSaved(beginning: string): boolean {
  return /^-A +-/m.test(beginning);
}

/** How `-o save` spells both tuples: -g and -n where nat wrote the address. */
const SAVED = / -s [0-9a-f.:]+ -d [0-9a-f.:]+ -[rg] [0-9a-f.:]+ -[qn] [0-9a-f.:]+ /;
const SAVED_SOURCES = ['-r', '-g'] as const;
const SAVED_DESTINATIONS = ['-q', '-n'] as const;

/** @returns the bytes of which every tuple with this destination holds some. */
export function destinationNeedles(spelling: Spelling, destination: Address): string[] {
  if (spelling === 'xml') return [`<dst>${formatAddress(destination)}</dst>`];
  if (spelling === 'saved')
    return ['-d', ...SAVED_DESTINATIONS].map((name) => ` ${name} ${formatAddress(destination)} `);
  return textForms(destination).map((text) => ` dst=${text} `);
}

/** @returns the bytes of which every tuple to this port holds some. */
export function portNeedles(spelling: Spelling, port: number): string[] {
  // The last word of a saved entry has nothing behind it.
  if (spelling === 'saved') return [` --dport ${port}`, ` --reply-port-dst ${port}`];
  return [spelling === 'xml' ? `<dport>${port}</dport>` : ` dport=${port} `];
}

/** @returns what every tuple to this address and port matches, and other tuples seldom do. */
export function endPattern(spelling: Spelling, destination: Address, port: number): RegExp {
  const addresses = destinationNeedles(spelling, destination).map((text) => text.replaceAll('.', '\\.'));
  // In XML the ports stand in an element of their own, behind the addresses'; saved, behind all addresses.
  if (spelling !== 'text') return new RegExp(addresses.join('|'));
  return new RegExp(`(?:${addresses.join('|')})sport=\\d+ dport=${port} `);
}

/** @returns the bytes with one of which a tuple with these addresses and ports starts. */
export function tupleNeedles(
  spelling: Spelling,
  source: Address,
  destination: Address,
  ports: { readonly source: number; readonly destination: number } | null,
): string[] {
  if (spelling === 'xml') {
    return [`<src>${formatAddress(source)}</src><dst>${formatAddress(destination)}</dst>`];
  }
  if (spelling === 'saved') {
    const [from, to] = [formatAddress(source), formatAddress(destination)];
    const answers = SAVED_SOURCES.flatMap((by) =>
      SAVED_DESTINATIONS.map((at) => ` ${by} ${from} ${at} ${to} `),
    );
    return [` -s ${from} -d ${to} `, ...answers];
  }
  const tail = ports === null ? '' : ` sport=${ports.source} dport=${ports.destination}`;
  const destinations = textForms(destination);
  return textForms(source).map((from, form) => ` src=${from} dst=${destinations[form] ?? ''}${tail}`);
}

/** @returns the address as conntrack(8) prints it and, for IPv6, in full as the kernel does in /proc. */
function textForms(address: Address): string[] {
  const short = formatAddress(address);
  if (address.family === 'ipv4') return [short];
  const digits = address.value.toString(16).padStart(32, '0');
  return [short, (digits.match(/.{4}/g) ?? []).join(':')];
}

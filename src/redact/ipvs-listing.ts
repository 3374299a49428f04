import { formatAddress } from '../net/address.ts';
import { type ListedSocket, readHexColumns, readSocket } from '../net/listed-socket.ts';
import { socketText } from '../net/socket.ts';
import { IPVS_WORDS, isMask } from './known-words.ts';
import type { Renamer } from './renamer.ts';

const HEADING =
  /^(?:IP Virtual Server version |Prot +LocalAddress|\s+-> RemoteAddress|IPVS conn|pro expire )/;

/** What an entry of `ipvsadm -Lnc` is made of. */
const CONNECTION_WORDS = 6;

/**
 * @returns a line of `ipvsadm -Ln`, `ipvsadm -Lnc`, /proc/net/ip_vs or ip_vs_conn: sockets get new names, in ipvsadm's
 *   spelling; headings, counts, times, states and flags stay. Null where something in it is not known.
 */
export function renameIpvsListing(line: string, renamer: Renamer): string | null {
  if (HEADING.test(line)) return line;
  if (/^Pro +FromIP /.test(line)) return 'pro expire state source virtual destination';
  const words = line.trim().split(/\s+/);
  const [kind = '', second = ''] = words;
  if (/^(?:TCP|UDP|SCTP|IP)$/.test(kind)) {
    if (readHexColumns(second, words[2] ?? '') !== null) return renameKernelEntry(words, renamer);
    // A half line of ip_vs_conn: its address may look like a count or a word.
    if (readSocket(second) === null && !/^\d+:\d\d$/.test(second)) return null;
    // What a persistence engine remembers, as the id of a call, stands behind.
    if (readSocket(second) === null && words.length > CONNECTION_WORDS) return null;
  } else if (kind !== '->' && kind !== 'FWM') return null;
  const parts = words.map((word, index) =>
    isPlain(word, words, index) ? word : renameIpvsSocket(word, renamer),
  );
  if (parts.includes(null)) return null;
  let at = 0;
  return line.replace(/\S+/g, () => parts[at++] ?? '').trimEnd();
}

/** @returns a socket as `ipvsadm -n` or the kernel prints it, in its new name and ipvsadm's spelling; null where it is none. */
function renameIpvsSocket(word: string, renamer: Renamer): string | null {
  const socket = readSocket(word);
  return socket === null ? renamer.socket(word) : renamed(socket, renamer);
}

function renamed(socket: ListedSocket, renamer: Renamer): string | null {
  const address = renamer.address(formatAddress(socket.address));
  if (address === null) return null;
  const text = socketText(address, socket.port);
  if (readSocket(text)?.port === socket.port) return text;
  // Behind an address of 32 digits, four digits would be read as hexadecimal.
  return `[${address}]:${String(socket.port).padStart(5, '0')}`;
}

function isPlain(word: string, words: readonly string[], index: number): boolean {
  if (index === 0) return true;
  if (index === 1 && words[0] === '->') return false;
  const [before = '', beforeThat] = [words[index - 1], words[index - 2]];
  if (/^(?:\d{1,3}\.){3}\d{1,3}$/.test(word)) return before === 'mask' && isMask(word);
  // A mark, and the mask of the kernel's `persistent 10800 FFFFFF00`; elsewhere it would be an address.
  if (index === 1 && words[0] === 'FWM') return /^(?:\d+|[\dA-F]{8})$/.test(word);
  if (/^[\da-f]{8}$/i.test(word) && !/^\d+$/.test(word))
    return beforeThat === 'persistent' && /^F*[08CEF]?0*$/.test(word);
  return (
    /^(?:\d+(?:\.\d+)?[KMGT]?|\d+:\d\d)$/.test(word) ||
    word
      .replace(/^\(|\)$/g, '')
      .split(',')
      .every((each) => IPVS_WORDS.has(each))
  );
}

/** `TCP 0AF4010C 521C C0A8640B 7596 0AF4010B 1F90 TIME_WAIT 22` as ipvsadm prints it: with minutes and seconds before the state. */
function renameKernelEntry(words: readonly string[], renamer: Renamer): string | null {
  const [kind, , , , , , , state = '', time = ''] = words;
  const sockets = [1, 3, 5].map((at) => {
    const socket = readHexColumns(words[at] ?? '', words[at + 1] ?? '');
    return socket === null ? null : renamed(socket, renamer);
  });
  if (sockets.includes(null) || !/^[A-Z][A-Z_]*\d?$/.test(state) || !/^\d+$/.test(time)) return null;
  const minutes = String(Math.floor(Number(time) / 60)).padStart(2, '0');
  const seconds = String(Number(time) % 60).padStart(2, '0');
  return [kind, `${minutes}:${seconds}`, state, ...sockets].join(' ');
}

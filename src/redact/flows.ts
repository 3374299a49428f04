import { FLOW_WORDS } from './known-words.ts';
import type { RenameLine } from './lines.ts';
import type { Renamer } from './renamer.ts';

const FLOW =
  /^(?:(?:ipv[46]|unknown) +\d+ +)?[a-z][a-z0-9-]* +\d+ (?: *\d+ )? *(?:[A-Z_0-9]+ +)?(?:src=|\[|type=)|^(?:(?:ipv[46]|unknown) +\d+ +)?[a-z][a-z0-9-]* +\d+ /;
const FLOW_NUMBERS =
  /^(?:sport|dport|srckey|dstkey|type|code|id|packets|bytes|mark|use|zone(?:-orig|-reply)?|delta-time|timeout|vtag-orig|vtag-reply|hits)$/;

/**
 * A line of `conntrack -L` in any `-o`, or of `conntrack -E`. Security contexts, labels, helpers and times of day are dropped.
 */
export const renameFlow: RenameLine = (line, renamer) => {
  if (/^conntrack v[\d.]+ \(conntrack-tools\): \d+ flow entries/.test(line)) return line;
  if (line.startsWith('<')) return renameXml(line, renamer);
  if (/^-[AUD] /.test(line)) return renameSaved(line, renamer);
  const [, event = '', entry = ''] =
    /^((?:\[\d+\.\d+\])?\s*(?:\[(?:NEW|UPDATE|DESTROY)\]\s+)?)(.*)$/.exec(line) ?? [];
  const renamed = renameEntry(entry.replaceAll(/ \[(?:start|stop)=[^\]]*\]/g, ''), renamer);
  return renamed === null ? null : event.replace(/^\[\d+\.\d+\]\s*/, '') + renamed;
};

function renameEntry(line: string, renamer: Renamer): string | null {
  if (!FLOW.test(line) || !line.includes('src=')) return null;
  const words: string[] = [];
  for (const word of line.split(' ')) {
    const equals = word.indexOf('=');
    if (equals < 0) {
      if (word !== '' && !FLOW_WORDS.has(word) && !/^\d{1,10}$/.test(word)) return null;
      words.push(word);
      continue;
    }
    const key = word.slice(0, equals);
    const value = word.slice(equals + 1);
    if (key === 'src' || key === 'dst') {
      const renamed = renamer.address(value);
      if (renamed === null) return null;
      words.push(`${key}=${renamed}`);
    } else if (FLOW_NUMBERS.test(key) && /^(?:0x[\da-fA-F]+|\d+)$/.test(value)) words.push(word);
  }
  return words.join(' ');
}

const SAVED_NUMBERS =
  /^(?:-[tmw]|--(?:orig|reply)-zone|--(?:[sd]port|reply-port-(?:src|dst)|icmp(?:v6)?-(?:type|code|id))|--(?:srckey|dstkey|reply-key-(?:src|dst)|(?:orig|reply)-vtag))$/;
const SAVED_STATUS = /^(?:UNSET|(?:SEEN_REPLY|ASSURED|FIXED_TIMEOUT|EXPECTED)(?:,|$))+$/;

/** What `-o save` prints: options with one value each. Security contexts and labels are dropped. */
function renameSaved(line: string, renamer: Renamer): string | null {
  const [command = '', ...words] = line.trim().split(/ +/);
  const kept = [command];
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value = ''] = words.slice(at, at + 2);
    if (/^-[sdrgqn]$/.test(name)) {
      const renamed = renamer.address(value);
      if (renamed === null) return null;
      kept.push(name, renamed);
    } else if (name === '-u') {
      if (!SAVED_STATUS.test(value)) return null;
      kept.push(name, value);
    } else if (name === '-p' || name === '--state') {
      if (!FLOW_WORDS.has(value) && !/^\d{1,3}$/.test(value)) return null;
      kept.push(name, value);
    } else if (SAVED_NUMBERS.test(name) && /^(?:0x[\da-fA-F]+|\d+)$/.test(value)) kept.push(name, value);
  }
  return kept.join(' ');
}

/** What `-o xml` prints about a flow, but for its security context, labels, helper and times of day. */
const XML_NUMBERS = /^(?:sport|dport|type|code|id|packets|bytes|zone|mark|timeout|use|deltatime)$/;
const XML_FRAMES =
  /^(?:conntrack|flow|meta|layer3|layer4|counters|unreplied|assured|offload|hw_offload|\?xml)$/;

function renameXml(line: string, renamer: Renamer): string | null {
  const words: string[] = [];
  for (const [whole, close = '', name = '', attributes = '', text = ''] of line.matchAll(
    /<(\/?)(\??[a-z][a-z0-9_]*)([^<>]*)>([^<>]*)/g,
  )) {
    if (name === 'src' || name === 'dst') {
      const renamed = close === '' ? renamer.address(text) : '';
      if (renamed === null) return null;
      words.push(`<${close}${name}>${renamed}`);
    } else if (
      XML_NUMBERS.test(name) ? /^\d*$/.test(text) : name === 'state' && (text === '' || FLOW_WORDS.has(text))
    ) {
      words.push(`<${close}${name}>${text}`);
    } else if (XML_FRAMES.test(name)) {
      if (text.trim() !== '' || !/^(?:[ a-z]+="[a-z0-9.-]*")*[/?]?$/i.test(attributes)) return null;
      words.push(whole.trim());
    }
  }
  return words.length === 0 ? null : words.join('');
}

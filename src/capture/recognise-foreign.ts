/** First bytes of formats that people give by mistake. */
const MAGIC: readonly (readonly [number[], string])[] = [
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG image; kp-explain reads text, not screenshots'],
  [[0xff, 0xd8, 0xff], 'a JPEG image; kp-explain reads text, not screenshots'],
  [[0x47, 0x49, 0x46, 0x38], 'a GIF image; kp-explain reads text, not screenshots'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x7f, 0x45, 0x4c, 0x46], 'a program (ELF); give its output, not the program itself'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive; unpack it and give the folder'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'compressed with xz; unpack it first (xz -d)'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd; unpack it first (zstd -d)'],
  [[0x42, 0x5a, 0x68], 'compressed with bzip2; unpack it first (bzip2 -d)'],
  [[0xd4, 0xc3, 0xb2, 0xa1], 'a packet capture (pcap); kp-explain reads rules and state, not packets'],
  [[0x0a, 0x0d, 0x0d, 0x0a], 'a packet capture (pcapng); kp-explain reads rules and state, not packets'],
];

/** @returns what a binary input looks like, or null where it may be text. */
export function describeForeign(head: Buffer): string | null {
  for (const [magic, words] of MAGIC) {
    if (magic.every((byte, index) => head[index] === byte)) return words;
  }
  let strange = 0;
  const looked = Math.min(head.length, 4096);
  for (let i = 0; i < looked; i++) {
    const byte = head[i] ?? 0;
    if (byte === 0 || byte < 7) strange++;
  }
  // A rule comment can hold control codes; a text made of them is none.
  return strange > looked / 50 ? 'binary data, not text' : null;
}

/** Texts that are close to what is read, with the way to the right one. Tried where nothing was recognised. */
const NEARLY: readonly (readonly [RegExp, string])[] = [
  [/^\d+: \S+: <[A-Z,_-]*>/m, '`ip link`, which has no addresses; use `ip addr`'],
  [
    /^(NAMESPACE +)?NAME +(TYPE|READY|STATUS|ENDPOINTS|ADDRESSTYPE) /m,
    'a table of kubectl; use `kubectl get -o json`',
  ],
  [
    /^\s*(?:meta l4proto \w+ |ip6? [sd]addr \S+ )?.*\bcounter packets \d+ bytes \d+|^\s*chain \S+ \{/m,
    '`nft list ruleset`, or a part of it; rules that iptables-nft made are read from `iptables-save` on that node',
  ],
  [
    /^\s*(?:map|set) [\w-]+ \{|^\s*elements = \{/m,
    '`nft list ruleset` without its `table` lines; give the whole of it',
  ],
  [
    /\bTRACE: (?:\d+ [0-9a-f]{8} )?\w+:[\w-]+:(?:rule|policy|return):|^trace id [0-9a-f]{8} /m,
    'what a kernel traced; give it on standard input, and the node’s rules with -f: `kp-explain trace - -f CAPTURE`',
  ],
  [/^\s*<(!DOCTYPE|html)/i, 'a web page'],
  [
    /^(-bash|bash|sh|sudo|zsh|\/bin\/sh)?:? ?.*(command not found|Permission denied|Operation not permitted)/m,
    'an error message of a shell, not the output of the tool',
  ],
  [
    /^(iptables|ip6tables|iptables-save|conntrack|ipset)[ :].*(Permission denied|must be root|not permitted|Fatal)/m,
    'an error message of the tool; run it as root',
  ],
];

/** @returns what an unrecognised text looks like, or null. */
export function describeNearly(text: string): string | null {
  for (const [pattern, words] of NEARLY) if (pattern.test(text)) return words;
  return null;
}

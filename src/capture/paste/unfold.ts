/** The field of a JSON log that holds what was printed. */
const FIELD = /"(?:log|msg|message|MESSAGE|textPayload|line|stdout|stderr|output)"\s*:\s*"((?:[^"\\]|\\.)*)"/;

/** Behind what a pager or a diff puts in front of it. */
const OBJECT = /^[^"]{0,60}\{\s*"/;

/** @returns true for a line of a JSON log, whose quotes must be left as they are until it was read. */
export function isObject(line: string): boolean {
  return OBJECT.test(line);
}

/** A string in a list of lines, as Ansible prints them. */
const ELEMENT =
  /^\s*"((?:\[\d+:\d+\] )?(?:-[ANPI] |:[A-Z]|\*[a-z]|COMMIT|Chain |# |[A-Z][\w-]+ +)(?:[^"\\]|\\.)*)",?\s*$/;

/** Line ends that were escaped, with the start of a rule, a chain, a table or another line of a tool behind them. */
const ESCAPED =
  /\\n(?:\[\d+:\d+\] )?(?:-[ANPI] |:[A-Z]|\*[a-z]|COMMIT|Chain |# |(?:TCP|UDP|SCTP) +\S+:\d|(?:tcp|udp) +\d+ \d|\d+:\s|default |(?:create|add) \S)|\\n(?:\\t| +)(?:chain|map|set|type|inet6?) \S/;

const DEEPEST = 4;

/** @returns true where rules stand in a string whose line ends are escaped. */
export function isFolded(text: string): boolean {
  return ESCAPED.test(text);
}

/**
 * Reads what was printed out of a line of a JSON log, or a string of JSON, YAML or code in which line ends are escaped.
 * @param depth how many objects it was taken out of.
 * @returns the lines it holds; the line itself for any other.
 */
export function unfold(line: string, depth = 0): readonly string[] {
  const element = ELEMENT.exec(line)?.[1];
  if (element !== undefined) return split(unescaped(element));
  if (!line.includes('\\n') && !OBJECT.test(line)) return [line];
  const field = OBJECT.test(line) ? FIELD.exec(line)?.[1] : undefined;
  // What collects logs of a program that logs JSON wraps them once more.
  if (field !== undefined && depth < DEEPEST)
    return split(unescaped(field)).flatMap((inner) => unfold(inner, depth + 1));
  if (!ESCAPED.test(line)) return [line];
  const lines = split(unescaped(line));
  const [first = '', ...rest] = lines;
  const last = rest.pop() ?? '';
  // What stands before the string and behind it is no part of it.
  return [
    first.replace(/^.*["'`](?=\S)/, ''),
    ...rest,
    isOpen(last) ? last.replace(/["'`][^"]*$/, '') : last,
  ];
}

function split(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

function isOpen(line: string): boolean {
  return line.split('"').length % 2 === 0 || /^[^"]*['`]/.test(line);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, letter = '') =>
    code === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

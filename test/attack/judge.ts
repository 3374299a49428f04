import { parse } from 'yaml';

type Fields = Readonly<Record<string, unknown>>;

/** Controls, C1, marks of reading order, and what has no width: none may be shown. Tabs do not stand in any answer. */
const UNSEEN =
  /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** What GitHub and Azure take for a command wherever a line begins so. */
const COMMAND = /^(?:::|##\[|##vso)/;

const FORMATS = [
  'text',
  'json',
  'yaml',
  'junit',
  'sarif',
  'github',
  'markdown',
  'mermaid',
  'dot',
  'html',
] as const;
export type Format = (typeof FORMATS)[number];

/** @returns what is wrong with a run, or null. */
export function judge(
  format: Format,
  { status, out, err }: { status: number; out: string; err: string },
): string | null {
  if (![0, 1, 2, 3].includes(status)) return `status ${status}: ${err.slice(0, 600)}`;
  for (const [stream, text] of [
    ['standard output', out],
    ['standard error', err],
  ] as const) {
    for (const line of text.split('\n')) {
      const unseen = UNSEEN.exec(line);
      if (unseen !== null)
        return `${stream} shows ${JSON.stringify(unseen[0])} in ${JSON.stringify(line.slice(0, 200))}`;
      if (COMMAND.test(line) && !(format === 'github' && stream === 'standard output'))
        return `${stream} has a line that begins ${line.slice(0, 60)}`;
    }
  }
  if (out === '') return null;
  if (format === 'json') return judgeDocument(JSON.parse(out));
  if (format === 'yaml') return judgeDocument(parse(out, { maxAliasCount: 0 }));
  if (format === 'sarif') return JSON.parse(out).version === '2.1.0' ? null : 'no version of SARIF';
  if (format === 'junit') return judgeXml(out);
  if (format === 'html') return judgePage(out);
  if (format === 'github') {
    const wrong = out
      .trimEnd()
      .split('\n')
      .find((line) => !/^(?:::(?:error|warning|notice) |kp-explain check: )/.test(line));
    return wrong === undefined ? null : `a line of workflow commands: ${wrong.slice(0, 100)}`;
  }
  return null;
}

function judgeDocument(document: unknown): string | null {
  if (!isFields(document)) return 'no document';
  if (document.kind === 'CaptureList' || document.kind === 'Error') return null;
  if (document.apiVersion !== 'kp-explain/v1' || typeof document.kind !== 'string') return 'no head';
  if (
    !('capture' in document) &&
    !('before' in document) &&
    !('items' in document) &&
    document.kind !== 'CaptureManifest'
  )
    return 'no capture';
  if (document.kind === 'TraceList') return firstOf(listOf(document.items).map(judgeTrace));
  if (document.kind === 'FlowList') {
    const summary = document.summary;
    if (!isFields(summary)) return 'flows without a summary';
  }
  return null;
}

/** Outcomes with the same conditions add up to 1; steps that a path names are there. */
function judgeTrace(trace: unknown): string | null {
  if (!isFields(trace)) return 'an item is no object';
  const sums = new Map<string, number>();
  const ids = new Set(listOf(trace.steps).map((step) => (isFields(step) ? step.id : null)));
  for (const outcome of listOf(trace.outcomes)) {
    if (!isFields(outcome)) return 'an outcome is no object';
    if (typeof outcome.probability === 'number') {
      const given = JSON.stringify(outcome.given);
      sums.set(given, (sums.get(given) ?? 0) + outcome.probability);
    }
    const missing = listOf(outcome.path).find((id) => !ids.has(id));
    if (missing !== undefined) return `step ${String(missing)} of a path is not there`;
  }
  for (const [given, sum] of sums) {
    if (Math.abs(sum - 1) > 1e-6) return `probabilities add up to ${sum} given ${given.slice(0, 300)}`;
  }
  const shares = isFields(trace.connection)
    ? Object.values(trace.connection).filter((each) => typeof each === 'number')
    : [];
  const whole = shares.reduce((sum, share) => sum + share, 0);
  if (shares.length > 0 && Math.abs(whole - 1) > 1e-3 && whole !== 0)
    return `shares of the connection add up to ${whole}`;
  return null;
}

/** A page whose tags close, apart from those of HTML that need not; what a script or a style holds is not text. */
function judgePage(text: string): string | null {
  return judgeXml(
    text
      .replace(/^<!doctype html>/i, '')
      .replace(/(<(script|style)[^>]*>)[^<]*(<\/\2>)/g, '$1$3')
      .replace(/<(meta|input|br|hr|col|img)((?:\s+[\w:.-]+(?:="[^"<]*")?)*)\s*>/g, '')
      // An attribute without a value.
      .replace(/ (?:hidden|open|autofocus|disabled|defer)(?=[ >])/g, ''),
  );
}

/** Tags that open and close in order, and no `&` or `<` on its own: enough to find a name that was not escaped. */
function judgeXml(text: string): string | null {
  const open: string[] = [];
  const rest = text
    .replace(/<\?xml[^>]*\?>/, '')
    .replace(
      /<(\/?)([\w:.-]+)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/g,
      (_all, close, name, _attributes, empty) => {
        if (close !== '') {
          if (open.pop() !== name) open.push('crossed');
        } else if (empty === '') open.push(name);
        return '';
      },
    );
  if (open.length > 0) return `XML does not close: ${open.join(' ')}`;
  if (/[<>]/.test(rest) || /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(text))
    return 'XML is not escaped';
  return null;
}

function firstOf(wrong: readonly (string | null)[]): string | null {
  return wrong.find((each) => each !== null) ?? null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

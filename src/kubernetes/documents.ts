import { isFields } from '../json/fields.ts';
import { parseJson } from '../json/read-json.ts';
import type { YamlFault } from '../problems/of-files.ts';
import type { ProblemList } from '../problems/problem.ts';
import { completeItems } from './truncated-json.ts';
import { splitYamlList } from './yaml-list.ts';

type Yaml = typeof import('yaml');

/** Text in, values out; each value may be a whole list of objects. */
type Source = { readonly name: string; readonly bytes: Buffer };

/** YAML costs a second for 2 MB, and some 30 times its size in memory where it is no list; a cluster this large comes as JSON. */
const LARGEST_YAML = 64 * 1024 * 1024;
const MOST_DOCUMENTS = 50_000;
/** `yaml` refuses to expand more aliases than this ("billion laughs"). kubectl prints none. */
const MOST_ALIASES = 100;

/**
 * Reads JSON or YAML, one document or several.
 * @returns the value of each document that could be read; what could not becomes a problem. Never throws.
 */
export async function readDocuments(source: Source, problems: ProblemList): Promise<unknown[]> {
  const text = source.bytes.toString('utf8').replace(/^\uFEFF/, '');
  const first = text.trimStart().charAt(0);
  if (first === '') return [];
  if (first === '{' || first === '[') {
    const values = readJson(text, source.name, problems);
    if (values !== null) return values;
  }
  return readYaml(text, source.name, problems);
}

/** @returns null where the text is not JSON from its beginning, but may be YAML in braces. */
function readJson(text: string, file: string, problems: ProblemList): unknown[] | null {
  const whole = parseJson(text);
  if (whole !== undefined) return [whole];
  // kubectl called several times into one file: each answer ends with a brace in the first column.
  const parts = text.split(/(?<=^\}[ \t]*\r?\n)(?=\{)/m).map((part) => parseJson(part));
  const complete = parts.filter((part) => part !== undefined);
  if (parts.length > 1 && complete.length === parts.length) return complete;
  if (!/^\s*[{[]\s*(?:["{[]|$)/.test(text.slice(0, 1000))) return null;
  const salvaged = completeItems(parts.length > 1 ? text.slice(text.lastIndexOf('\n{') + 1) : text);
  reportDamage(file, problems);
  return [...complete, salvaged];
}

/** Tells that a list of objects was not whole. */
export function reportDamage(file: string, problems: ProblemList): void {
  problems.add('truncated', { what: 'objects' }, file, null);
}

async function readYaml(text: string, file: string, problems: ProblemList): Promise<unknown[]> {
  if (text.includes('\0')) {
    problems.add('unreadable-file', { holds: 'binary-yaml' }, file, null);
    return [];
  }
  if (text.length > LARGEST_YAML) {
    problems.add('too-large', { what: 'yaml' }, file, null);
    return [];
  }
  const yaml = await import('yaml');
  const values: unknown[] = [];
  for (const { body, line } of splitDocuments(text, file, problems)) {
    const json = parseJson(body);
    if (json !== undefined) {
      values.push(json);
      continue;
    }
    const list = readList(body, yaml);
    if (list !== null) {
      values.push(list);
      continue;
    }
    const { value, faults } = readDocument(body, yaml);
    for (const { fault, at } of faults) problems.add('unreadable-yaml', fault, file, line + (at ?? 1) - 1);
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** Reads a list item by item; null where it is none, or not all of it can be read so. */
function readList(body: string, yaml: Yaml): unknown {
  const split = splitYamlList(body);
  if (split === null) return null;
  const head = readDocument(split.head, yaml);
  if (head.faults.length > 0 || !isFields(head.value)) return null;
  const items: unknown[] = [];
  for (const text of split.items) {
    const { value, faults } = readDocument(text, yaml);
    if (faults.length > 0 || !Array.isArray(value) || value.length !== 1) return null;
    items.push(value[0]);
  }
  return { ...head.value, items };
}

/** What one document holds, undefined where nothing can be had of it, and what is wrong with it, at which of its lines. */
interface ReadDocument {
  readonly value: unknown;
  readonly faults: readonly { readonly fault: YamlFault; readonly at: number | null }[];
}

function readDocument(body: string, { isCollection, LineCounter, parseDocument, visit }: Yaml): ReadDocument {
  try {
    const lineCounter = new LineCounter();
    const document = parseDocument(body, {
      lineCounter,
      prettyErrors: false,
      logLevel: 'silent',
      uniqueKeys: false, // the check compares every pair of keys
      merge: false,
      schema: 'core',
    });
    const [error] = document.errors;
    const faults =
      error === undefined
        ? []
        : [
            {
              fault: { what: 'invalid' as const, said: shorten(error.message) },
              at: lineCounter.linePos(error.pos[0]).line,
            },
          ];
    let hasComplexKey = false;
    visit(document, {
      Pair: (_, pair) => {
        hasComplexKey ||= isCollection(pair.key);
        return hasComplexKey ? visit.BREAK : undefined;
      },
    });
    // No API object has one, and turning nested ones into text takes yaml minutes for 40 kB.
    if (hasComplexKey) {
      const fault = { what: 'complex-keys' } as const;
      return { value: undefined, faults: [...faults, { fault, at: null }] };
    }
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }), faults };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      value: undefined,
      faults: [{ fault: { what: 'unreadable', said: shorten(reason) }, at: null }],
    };
  }
}

function shorten(message: string): string {
  return message.length <= 200 ? message : `${message.slice(0, 200)}…`;
}

/** @returns the text between the `---` lines, with the number of its first line. Blank documents are left out. */
function splitDocuments(
  text: string,
  file: string,
  problems: ProblemList,
): { readonly body: string; readonly line: number }[] {
  const documents: { body: string; line: number }[] = [];
  let line = 1;
  for (const body of text.split(/^---(?=\s|$)/m)) {
    if (documents.length >= MOST_DOCUMENTS) {
      problems.add('too-large', { what: 'documents', read: MOST_DOCUMENTS }, file, line);
      break;
    }
    if (/\S/.test(body)) documents.push({ body, line });
    for (let at = body.indexOf('\n'); at >= 0; at = body.indexOf('\n', at + 1)) line++;
  }
  return documents;
}

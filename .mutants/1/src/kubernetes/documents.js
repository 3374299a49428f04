import { parseJson } from '../json/read-json.js';
import { completeItems } from './truncated-json.js';
/** YAML costs some 30 times its size in memory and a second for 2 MB; a cluster this large comes as JSON. */
const LARGEST_YAML = 64 * 1024 * 1024;
const MOST_DOCUMENTS = 50_000;
/** `yaml` refuses to expand more aliases than this ("billion laughs"). kubectl prints none. */
const MOST_ALIASES = 100;
/**
 * Reads JSON or YAML, one document or several.
 * @returns the value of each document that could be read; what could not becomes a problem. Never throws.
 */
export async function readDocuments(source, problems) {
    const text = source.bytes.toString('utf8').replace(/^\uFEFF/, '');
    const first = text.trimStart().charAt(0);
    if (first === '')
        return [];
    if (first === '{' || first === '[') {
        const values = readJson(text, source.name, problems);
        if (values !== null)
            return values;
    }
    return readYaml(text, source.name, problems);
}
/** @returns null where the text is not JSON from its beginning, but may be YAML in braces. */
function readJson(text, file, problems) {
    const whole = parseJson(text);
    if (whole !== undefined)
        return [whole];
    // kubectl called several times into one file: each answer ends with a brace in the first column.
    const parts = text.split(/(?<=^\}[ \t]*\r?\n)(?=\{)/m).map((part) => parseJson(part));
    const complete = parts.filter((part) => part !== undefined);
    if (parts.length > 1 && complete.length === parts.length)
        return complete;
    if (!/^\s*[{[]\s*(?:["{[]|$)/.test(text.slice(0, 1000)))
        return null;
    const salvaged = completeItems(parts.length > 1 ? text.slice(text.lastIndexOf('\n{') + 1) : text);
    reportDamage(file, problems);
    return [...complete, salvaged];
}
/** Tells that a list of objects was not whole. */
export function reportDamage(file, problems) {
    problems.add('truncated', 'the JSON is cut or damaged; the objects that are complete were used', file, null);
}
async function readYaml(text, file, problems) {
    if (text.includes('\0')) {
        problems.add('unreadable-file', 'neither JSON nor YAML: it holds binary data', file, null);
        return [];
    }
    if (text.length > LARGEST_YAML) {
        problems.add('too-large', 'too large for YAML; take it with `kubectl get -o json`', file, null);
        return [];
    }
    const { isCollection, LineCounter, parseDocument, visit } = await import('yaml');
    const values = [];
    for (const { body, line } of splitDocuments(text, file, problems)) {
        const json = parseJson(body);
        if (json !== undefined) {
            values.push(json);
            continue;
        }
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
            const error = document.errors[0];
            if (error !== undefined) {
                const place = line + lineCounter.linePos(error.pos[0]).line - 1;
                problems.add('unreadable-yaml', `not valid YAML: ${shorten(error.message)}`, file, place);
            }
            let hasComplexKey = false;
            visit(document, {
                Pair: (_, pair) => {
                    hasComplexKey ||= isCollection(pair.key);
                    return hasComplexKey ? visit.BREAK : undefined;
                },
            });
            if (hasComplexKey) {
                // No API object has one, and turning nested ones into text takes yaml minutes for 40 kB.
                problems.add('unreadable-yaml', 'a document with lists or maps as keys was left out', file, line);
                continue;
            }
            values.push(document.toJS({ maxAliasCount: MOST_ALIASES }));
        }
        catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            problems.add('unreadable-yaml', `a document that cannot be read: ${shorten(reason)}`, file, line);
        }
    }
    return values;
}
function shorten(message) {
    return message.length <= 200 ? message : `${message.slice(0, 200)}…`;
}
/** @returns the text between the `---` lines, with the number of its first line. Blank documents are left out. */
function splitDocuments(text, file, problems) {
    const documents = [];
    let line = 1;
    for (const body of text.split(/^---(?=\s|$)/m)) {
        if (documents.length >= MOST_DOCUMENTS) {
            problems.add('too-large', `only the first ${MOST_DOCUMENTS} documents were read`, file, line);
            break;
        }
        if (/\S/.test(body))
            documents.push({ body, line });
        for (let at = body.indexOf('\n'); at >= 0; at = body.indexOf('\n', at + 1))
            line++;
    }
    return documents;
}

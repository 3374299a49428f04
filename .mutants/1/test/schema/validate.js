import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { DOCUMENTS, schemaFile } from './documents.js';
const FOLDER = join(import.meta.dirname, '../../schema');
const validators = new Map();
/**
 * Validates a document of `-o json` by the schema of its kind, as the project writes it: a field that the schema does not know is
 * an error, too. Throws where the document does not fit.
 */
export function expectValid(text) {
    const document = JSON.parse(text);
    const kind = typeof document === 'object' && document !== null && 'kind' in document ? document.kind : null;
    const known = DOCUMENTS.find((one) => one.kind === kind);
    if (known === undefined)
        throw new Error(`no schema for a document of kind ${String(kind)}`);
    const validate = validators.get(known.file) ?? compile(known.file);
    if (validate(document))
        return;
    const errors = (validate.errors ?? [])
        .slice(0, 5)
        .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
    throw new Error(`the ${known.kind} does not fit schema/${schemaFile(known.file)}:\n${errors.join('\n')}`);
}
function compile(file) {
    const schema = JSON.parse(readFileSync(join(FOLDER, schemaFile(file)), 'utf8'));
    const made = new Ajv({ allowUnionTypes: true }).compile(closed(schema));
    validators.set(file, made);
    return made;
}
/** Of readers the schemas ask nothing about further fields, so that they may come; of ourselves they do. */
function closed(schema) {
    if (Array.isArray(schema))
        return schema.map(closed);
    if (typeof schema !== 'object' || schema === null)
        return schema;
    const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
    const isObject = 'properties' in schema && 'type' in schema;
    return isObject && !('additionalProperties' in schema) ? { ...inner, additionalProperties: false } : inner;
}

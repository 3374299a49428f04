import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { DOCUMENTS, schemaFile } from './documents.ts';

// Not beside this file: the long attack runs from a folder it was compiled into.
const FOLDER = join(process.cwd(), 'schema');
const validators = new Map<string, ValidateFunction>();

/**
 * Validates a document of `-o json` by the schema of its kind, as the project writes it: a field that the schema does not know is
 * an error, too. Throws where the document does not fit.
 */
export function expectValid(text: string): void {
  const document: unknown = JSON.parse(text);
  const kind = typeof document === 'object' && document !== null && 'kind' in document ? document.kind : null;
  const known = DOCUMENTS.find((one) => one.kind === kind);
  if (known === undefined) throw new Error(`no schema for a document of kind ${String(kind)}`);
  const validate = validators.get(known.file) ?? compile(known.file);
  if (validate(document)) return;
  const errors = (validate.errors ?? [])
    .slice(0, 5)
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
  throw new Error(`the ${known.kind} does not fit schema/${schemaFile(known.file)}:\n${errors.join('\n')}`);
}

function compile(file: string): ValidateFunction {
  const schema: unknown = JSON.parse(readFileSync(join(FOLDER, schemaFile(file)), 'utf8'));
  const made = new Ajv({ allowUnionTypes: true }).compile(closed(schema) as object);
  validators.set(file, made);
  return made;
}

/** Of readers the schemas ask nothing about further fields, so that they may come; of ourselves they do. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isObject = 'properties' in schema && 'type' in schema;
  return isObject && !('additionalProperties' in schema) ? { ...inner, additionalProperties: false } : inner;
}

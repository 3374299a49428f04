import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { DOCUMENTS, schemaFile } from './documents.js';
const ROOT = process.cwd();
/** @returns the schema of each document as text, by the name of its file: read from the TypeScript types, comments included. */
export function makeSchemas() {
    const made = new Map();
    // The generator parses with a TypeScript of its own; one reading of the sources serves all types.
    const generator = createGenerator({
        path: join(ROOT, 'src/**/{*-list,*-report,report,document,error-document}.ts'),
        tsconfig: join(ROOT, 'tsconfig.json'),
        skipTypeCheck: true,
        additionalProperties: true,
        topRef: false,
        expose: 'all',
        jsDoc: 'extended',
    });
    for (const { kind, type, file } of DOCUMENTS) {
        const { $schema, ...schema } = generator.createSchema(type);
        const whole = { $schema, title: `kp-explain ${kind}`, ...schema };
        made.set(schemaFile(file), `${JSON.stringify(whole, null, 1)}\n`);
    }
    return made;
}

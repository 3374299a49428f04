import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSchemas } from './make-schemas.js';
/** `npm run schema`: writes the schemas of the documents anew, after a change of their types. */
const folder = join(process.cwd(), 'schema');
mkdirSync(folder, { recursive: true });
for (const [name, text] of makeSchemas())
    writeFileSync(join(folder, name), text);

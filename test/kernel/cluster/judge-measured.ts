import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { judge, type Measured } from './campaign.ts';

/** `node judge-measured.js FILE`: judges what was measured with the tracer beside this file, and prints as JSON which pair is the first that differs. */
const [file = ''] = process.argv.slice(2);
const measured = deserialize(readFileSync(file)) as Measured[];
const { firstDisagreement: first } = await judge(measured);
console.log(JSON.stringify({ first }));

import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { judgeMeeting } from './judge-meeting.ts';
import type { Meeting } from './run-case.ts';

/** `node judge-kept.js FILE`: judges kept meetings with the tracer beside this file, and prints as JSON which is the first that differs. */
const [file = ''] = process.argv.slice(2);
const meetings = deserialize(readFileSync(file)) as Meeting[];
const at = meetings.findIndex(differs);
console.log(JSON.stringify({ first: at < 0 ? null : at + 1 }));

/** A faulty tracer may break down altogether. */
function differs(meeting: Meeting): boolean {
  try {
    return judgeMeeting(meeting, null).length > 0;
  } catch {
    return true;
  }
}

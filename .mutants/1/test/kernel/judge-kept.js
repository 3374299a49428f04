import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { judgeMeeting } from './judge-meeting.js';
/** `node judge-kept.js FILE`: judges kept meetings with the tracer beside this file, and prints how many differ as JSON. */
const [file = ''] = process.argv.slice(2);
const meetings = deserialize(readFileSync(file));
let caught = 0;
let first = null;
for (const [i, meeting] of meetings.entries()) {
    if (differs(meeting)) {
        caught++;
        first ??= i + 1;
    }
}
console.log(JSON.stringify({ caught, first }));
/** A faulty tracer may break down altogether. */
function differs(meeting) {
    try {
        return judgeMeeting(meeting, null).length > 0;
    }
    catch {
        return true;
    }
}

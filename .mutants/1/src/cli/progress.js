import { escapeTerminal } from '../render/escape.js';
import { Alarm } from './alarm.js';
/** Longer texts are cut, so that the line fits into a narrow terminal. */
const WIDTH = 76;
/** How long a run may stay silent. */
const PATIENCE_MS = 1000;
/**
 * One line on standard error that says what is going on, once a run takes more than a second; on terminals only. It
 * appears while the program reads as well as while it computes.
 */
export class Progress {
    #io;
    #started = performance.now();
    #alarm = null;
    #shown = false;
    #text = null;
    constructor(io) {
        this.#io = io;
    }
    /** Says what starts now: `reading pods.json (120 MiB)`. */
    begin(text) {
        if (!this.#io.showsProgress)
            return;
        this.#text = text;
        const line = lineOf(text);
        const left = PATIENCE_MS - (performance.now() - this.#started);
        if (left > 0) {
            this.#alarm ??= new Alarm(left);
            this.#alarm.set(line);
            return;
        }
        this.#stopAlarm();
        this.#shown = true;
        this.#io.err(line);
    }
    /** Says what is done for a part of what goes on, and then what was said before. */
    during(text, work) {
        const before = this.#text;
        this.begin(text);
        const result = work();
        if (before !== null)
            this.begin(before);
        return result;
    }
    /** Removes the line, before an answer or an error is written. */
    end() {
        this.#stopAlarm();
        if (this.#shown)
            this.#io.err('\r\x1b[K');
        this.#shown = false;
        this.#text = null;
    }
    /** Writes a line that stays, also where there is no terminal. */
    say(text) {
        this.end();
        this.#io.err(`${text}\n`);
    }
    #stopAlarm() {
        if (this.#alarm?.stop() === true)
            this.#shown = true;
        this.#alarm = null;
    }
}
/** Texts may hold names from outside, and a line that wraps could not be removed. */
function lineOf(text) {
    return `\r\x1b[K${escapeTerminal(text).slice(0, WIDTH)} …`;
}

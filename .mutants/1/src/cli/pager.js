import { spawn } from 'node:child_process';
import { rowsOf } from '../render/screen.js';
/** What less is told where LESS says nothing, as git does it: colours, and no clearing of the screen. */
const LESS = 'FRX';
/** Characters that are kept for the pager; a longer answer (millions of flows) goes straight to the terminal. */
const MOST = 64 * 1024 * 1024;
/** @returns the words of the pager's command; empty: none is wanted. */
export function pagerWords(env) {
    const words = (env.KP_EXPLAIN_PAGER ?? env.PAGER ?? 'less').split(/\s+/).filter((word) => word !== '');
    return words[0] === 'cat' ? [] : words;
}
/**
 * Runs a command whose answer goes through a pager where it is longer than the terminal is high, and straight to the terminal
 * where it is not. Problems, which are told after the answer, wait for the pager to end.
 */
export async function paged(io, run) {
    const words = pagerWords(io.env);
    const { rows = null } = io;
    if (rows === null || words.length === 0)
        return await run(io);
    let text = '';
    let told = '';
    let straight = false;
    const result = await run({
        ...io,
        out(more) {
            if (!straight && text.length + more.length <= MOST) {
                text += more;
                return;
            }
            if (!straight)
                io.out(text);
            straight = true;
            text = '';
            io.out(more);
        },
        err(more) {
            if (text === '')
                io.err(more);
            else
                told += more;
        },
    }).finally(async () => {
        if (straight || rowsOf(text, io.columns) < rows || !(await throughPager(words, text, io)))
            io.out(text);
        io.err(told);
    });
    return result;
}
/** The pager has the terminal until it ends, and Ctrl-C is its own. @returns false where there is no such program. */
async function throughPager([program = '', ...args], text, io) {
    const env = { ...io.env, LESS: io.env.LESS ?? LESS, LV: io.env.LV ?? '-c' };
    const ignore = () => undefined;
    process.on('SIGINT', ignore);
    try {
        return await fed(spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'], env }), text);
    }
    finally {
        process.off('SIGINT', ignore);
    }
}
async function fed(child, text) {
    return await new Promise((resolve) => {
        child.on('error', () => resolve(false));
        child.on('close', () => resolve(true));
        // Who leaves the pager before its end has seen enough.
        child.stdin?.on('error', () => undefined);
        child.stdin?.end(text);
    });
}

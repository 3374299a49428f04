import { keepAll, keepEnd } from './bounded-output.js';
import { lastWordsOf, MOST_WORDS, } from './command-result.js';
import { watchEnd } from './watch-end.js';
/** Where administrators' programs are; the PATH of an ordinary user often lacks these. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
/** How much of the end of standard error is kept: what is told of it is less. */
const WORDS_KEPT = 64 * 1024;
/**
 * Runs one command without a shell: each word of `argv` reaches it as it is. Standard input is empty, messages are in
 * English (LC_ALL=C). Its output is counted while it comes, and the limits hold whatever it started and left behind.
 * @returns what came of it; failing is no exception. Throws the signal's reason where that ended it.
 */
export async function runCommand(argv, options) {
    const { execa } = await import('execa');
    const { signal } = options;
    signal?.throwIfAborted();
    const [program = '', ...args] = argv;
    const started = performance.now();
    const command = execa(program, args, {
        reject: false,
        // Its own gathering joins all output into the text of an error.
        buffer: false,
        stdin: 'ignore',
        forceKillAfterDelay: false,
        detached: options.detached ?? false,
        env: { ...options.env, LC_ALL: 'C', PATH: searchPath(process.env.PATH ?? '') },
    });
    const end = watchEnd(command, options.detached ?? false);
    let cause = null;
    const stop = (why) => {
        cause ??= why;
        end.force();
    };
    const out = keepAll(command.stdout, options.maxBytes, end.stillWrites, () => stop('too-large'));
    const words = keepEnd(command.stderr, WORDS_KEPT, MOST_WORDS, end.stillWrites, () => stop('too-wordy'));
    const timer = setTimeout(() => stop('timeout'), options.timeoutMs);
    const interrupt = () => end.force();
    signal?.addEventListener('abort', interrupt);
    const ending = await Promise.race([command, end.released]);
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
    // Where the signal came after the command's end, its output is of no use either.
    signal?.throwIfAborted();
    const stderr = words.bytes();
    return {
        argv,
        stdout: out.bytes(),
        lastWords: stderr.length === 0 && ending.exitCode === undefined
            ? (ending.originalMessage ?? '')
            : lastWordsOf(stderr),
        exitStatus: ending.exitCode ?? null,
        failure: cause ?? failureOf(ending),
        durationMs: Math.round(performance.now() - started),
    };
}
/** An empty or relative entry would stand for a folder of whoever made the current one: nothing is run from there. */
function searchPath(path) {
    return [...path.split(':'), ...SYSTEM_FOLDERS].filter((folder) => folder.startsWith('/')).join(':');
}
function failureOf({ exitCode, code }) {
    if (exitCode === 0)
        return null;
    if (exitCode !== undefined)
        return 'status';
    return code === undefined ? 'signal' : 'missing';
}

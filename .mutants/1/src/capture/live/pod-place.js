import { quoteCommand } from '../../command/quote.js';
import { notThere } from './command-result.js';
const SMALL = { timeoutMs: 20_000, maxBytes: 64 * 1024 * 1024 };
/** @returns the arguments that run a command in a pod. The pod is named by `pod/NAME`, which is never taken for an option. */
export function execArgs(pod, argv) {
    return [
        'exec',
        `pod/${pod.name}`,
        `--namespace=${pod.namespace}`,
        `--container=${pod.container}`,
        '--',
        ...argv,
    ];
}
/**
 * @param prefix before commands in messages: `node-1: `. @param roots where programs are, in the order they are tried.
 * @returns the pod as a place; each command is one `kubectl exec` of the program itself, because minimal images have no
 * shell.
 */
export function podPlace(kubectl, pod, prefix, via, roots) {
    /** Where each program was found, so that it is looked for once. */
    const known = new Map();
    const run = async (argv, limits) => {
        const program = argv[0] ?? '';
        const found = known.get(program);
        let result = null;
        for (const root of found === undefined ? roots : [found]) {
            const rooted = root === 'host' ? ['chroot', '/host', ...argv] : argv;
            result = readRemote(await kubectl.run(execArgs(pod, rooted), { limits }), argv);
            if (result.failure === 'missing')
                continue;
            known.set(program, root);
            return result;
        }
        return result ?? notThere(argv);
    };
    return {
        prefix,
        via,
        run,
        read: async (path) => readFileText(await run(['cat', path], SMALL)),
        readMany: async (paths) => await readMany(run, paths),
        askKubeProxy: async (path) => {
            const url = `http://127.0.0.1:10249${path}`;
            for (const argv of [
                ['wget', '-q', '-T', '3', '-O', '-', url],
                ['curl', '-sf', '-m', '3', url],
            ]) {
                const { failure, stdout } = await run(argv, SMALL);
                if (failure === null)
                    return stdout.toString('utf8');
                if (failure !== 'missing')
                    return null;
            }
            return null;
        },
        advice: {
            missing: () => via === 'exec'
                ? `it is not in pod ${pod.namespace}/${pod.name}; --via debug reaches the node’s own`
                : 'choose an image that has it with --image',
            notPermitted: via === 'exec'
                ? `pod ${pod.namespace}/${pod.name} lacks NET_ADMIN; try --via debug`
                : 'the debug pod lacks NET_ADMIN; try --profile sysadmin',
        },
    };
}
/** What container runtimes and chroot say where there is no such program. */
const NO_PROGRAM = /executable file not found|exec: .*: (?:stat .*: )?no such file or directory|chroot: (?:failed to run command|can't execute) .*No such file/i;
/** chroot itself fails where the node's file system is not there or may not be entered. */
const NO_HOST = /chroot: (?:cannot change root|can't change root)/i;
/** What kubectl adds where the remote command ended with a status of its own. */
const ENDED = /^command terminated with exit code (\d+)$/m;
/** Tells what the remote program did from what kubectl itself did. */
function readRemote(result, argv) {
    const remote = { ...result, argv };
    if (result.failure !== 'status')
        return result.failure === 'missing' ? { ...remote, failure: 'unreachable' } : remote;
    if (NO_PROGRAM.test(result.lastWords) || NO_HOST.test(result.lastWords))
        return { ...remote, failure: 'missing' };
    const ended = ENDED.exec(result.lastWords);
    if (ended === null)
        return { ...remote, failure: 'unreachable', exitStatus: null };
    const lastWords = result.lastWords.replace(ENDED, '').trimEnd();
    return {
        ...remote,
        lastWords,
        exitStatus: Number(ended[1]),
        failure: ended[1] === '127' ? 'missing' : 'status',
    };
}
function readFileText({ failure, stdout, lastWords, argv }) {
    if (failure === null)
        return { kind: 'text', text: stdout.toString('utf8') };
    if (failure === 'status' && /No such file/i.test(lastWords))
        return { kind: 'absent' };
    return {
        kind: 'unreadable',
        why: failure === 'missing' ? 'the pod has no cat' : `${quoteCommand(argv)}: ${failure}`,
    };
}
/** How many files one call names: each is below 60 bytes, and 128 KiB is the most one exec may carry safely. */
const BATCH = 500;
/** `grep -H ''` prints each line with its file; a file without lines prints nothing, but is not complained of either. */
async function readMany(run, paths) {
    const texts = new Map();
    for (let from = 0; from < paths.length; from += BATCH) {
        const batch = paths.slice(from, from + BATCH);
        const result = await run(['grep', '-H', '', ...batch], SMALL);
        // 1: no line matched; 2: a file could not be read, the others were.
        const useful = result.failure === null || (result.failure === 'status' && (result.exitStatus ?? 9) <= 2);
        if (!useful) {
            const why = result.failure === 'missing' ? 'the pod has no grep' : 'grep failed';
            for (const path of batch)
                texts.set(path, { kind: 'unreadable', why });
            continue;
        }
        const found = new Map();
        for (const line of result.stdout.toString('utf8').split('\n')) {
            const colon = line.indexOf(':');
            const path = line.slice(0, Math.max(0, colon));
            found.set(path, `${found.get(path) ?? ''}${line.slice(colon + 1)}\n`);
        }
        for (const path of batch) {
            const text = found.get(path);
            if (text !== undefined)
                texts.set(path, { kind: 'text', text });
            else if (result.lastWords.includes(`${path}:`))
                texts.set(path, { kind: 'absent' });
            else
                texts.set(path, { kind: 'text', text: '' });
        }
    }
    return texts;
}

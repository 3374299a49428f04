/** How long a program that was told to end may take to do so. */
const PATIENCE_MS = 1000;
/**
 * How long its pipes may stay open and silent after a program has ended: something that it started holds them, and all
 * that it wrote itself has arrived.
 */
const SILENCE_MS = 1000;
/** @param group the program leads a process group, which is ended with it. */
export function watchEnd(child, group) {
    const { promise, resolve } = withResolvers();
    let exited = null;
    let timer = null;
    let forced = false;
    let pieces = 0;
    const release = () => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        child.unref();
        resolve(exited ?? {});
    };
    const after = (ms, next) => {
        if (timer !== null)
            clearTimeout(timer);
        timer = setTimeout(next, ms);
    };
    const kill = (signal) => {
        if (child.pid === undefined)
            return;
        try {
            // Its group may outlive it, and holds the pipes then.
            if (group)
                process.kill(-child.pid, signal);
            else if (exited === null)
                child.kill(signal);
        }
        catch {
            // It has ended already.
        }
    };
    /** Where this process was busy, the timer is late, and what arrived meanwhile is read after it. */
    const waitForSilence = () => {
        after(SILENCE_MS, () => {
            const before = pieces;
            setImmediate(() => {
                if (pieces === before)
                    release();
            });
        });
    };
    /** Nothing that still comes is wanted. */
    const finish = () => {
        kill('SIGKILL');
        release();
    };
    child.once('exit', (code) => {
        exited = code === null ? {} : { exitCode: code };
        if (forced)
            finish();
        else
            waitForSilence();
    });
    child.once('close', () => {
        if (timer !== null)
            clearTimeout(timer);
    });
    return {
        released: promise,
        force() {
            if (forced)
                return;
            forced = true;
            if (exited !== null)
                return finish();
            kill('SIGTERM');
            after(PATIENCE_MS, () => {
                kill('SIGKILL');
                // One that even this does not end hangs in the kernel.
                after(PATIENCE_MS, release);
            });
        },
        stillWrites() {
            pieces++;
            if (exited !== null && !forced)
                waitForSilence();
        },
    };
}
/** `Promise.withResolvers`, which came with Node 22. */
function withResolvers() {
    let resolve = () => undefined;
    const promise = new Promise((settle) => {
        resolve = settle;
    });
    return { promise, resolve };
}

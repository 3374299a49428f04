import { execFile, spawnSync } from 'node:child_process';
/** Those that are still there. */
const standing = new Set();
let watched = false;
/** A run that is broken off leaves none behind, either. */
function remember(name) {
    if (!watched)
        process.once('exit', () => standing.forEach(remove));
    watched = true;
    standing.add(name);
}
function remove(name) {
    spawnSync('ip', ['netns', 'del', name]);
    standing.delete(name);
}
/** A network namespace of this run's own. */
export class Namespace {
    name;
    constructor(name) {
        this.name = name;
    }
    static async create(name) {
        remember(name);
        await run(['ip', 'netns', 'add', name]);
        return new Namespace(name);
    }
    /** Runs a command in it. @returns what it printed; throws with its complaint where it fails. */
    run(...command) {
        return run(['ip', 'netns', 'exec', this.name, ...command]);
    }
    /** Runs a command in it that reads this text. */
    feed(text, ...command) {
        return run(['ip', 'netns', 'exec', this.name, ...command], text);
    }
    /** Runs `ip` commands, one a line. */
    async batch(lines, family = null) {
        await run(['ip', '-n', this.name, ...(family === null ? [] : [family]), '-batch', '-'], lines.replace(/^\s+/gm, ''));
    }
    async sysctl(values) {
        await this.run('sysctl', '-qw', ...Object.entries(values).map(([name, value]) => `${name}=${value}`));
    }
    /** Takes it away, whatever state it is in. */
    delete() {
        remove(this.name);
    }
}
function run(command, input = '') {
    const [program = '', ...words] = command;
    return new Promise((done, failed) => {
        const options = { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 60_000 };
        const child = execFile(program, words, options, (error, output, complaint) => {
            if (error === null)
                done(output);
            else
                failed(new Error(`${command.join(' ')}: ${complaint.trim() || error.message}`));
        });
        child.stdin?.on('error', () => { });
        child.stdin?.end(input);
    });
}

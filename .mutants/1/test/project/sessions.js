import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
const COLUMNS = 100;
/** A fenced block marked `console`: lines that start with `$ ` are commands, what follows is their output. */
const SESSION = /^```console\n([\s\S]*?)^```$/gm;
/** @returns the commands of every console session of a Markdown file, in order. */
export function readSessions(markdown) {
    return [...markdown.matchAll(SESSION)].flatMap((session) => {
        const firstLine = markdown.slice(0, session.index).split('\n').length + 1;
        return readSteps(session[1] ?? '', firstLine);
    });
}
/** @returns the file with the output of every command replaced by what `run` gives. */
export function rewriteSessions(markdown, run) {
    return markdown.replace(SESSION, (_whole, body) => {
        const steps = readSteps(body, 0).map(({ command }) => `$ ${command}\n${run(command)}`);
        return `\`\`\`console\n${steps.join('')}\`\`\``;
    });
}
function readSteps(body, firstLine) {
    const steps = [];
    body.split(/(?<=\n)/).forEach((text, index) => {
        const last = steps.at(-1);
        if (text.startsWith('$ ')) {
            steps.push({ command: text.slice(2).trimEnd(), output: '', line: firstLine + index });
        }
        else if (last !== undefined) {
            last.output += text;
        }
    });
    return steps;
}
/**
 * Runs a command of a session as a reader would: the built program, in a folder that is not the project's and holds only
 * `fixtures`, in a terminal of 100 columns, without colours.
 * @param root the project's folder. @returns what the terminal shows.
 */
export function runInSession(command, root) {
    const home = mkdtempSync(join(tmpdir(), 'kp-explain-readme-'));
    try {
        const bin = join(home, 'bin');
        const work = join(home, 'work');
        mkdirSync(bin);
        mkdirSync(work);
        for (const name of ['kp-explain', 'kubectl-kp_explain']) {
            symlinkSync(join(root, 'bin/kp-explain.cjs'), join(bin, name));
        }
        symlinkSync(join(root, 'fixtures'), join(work, 'fixtures'));
        const { stdout } = spawnSync('sh', ['-c', `{ ${command}\n} 2>&1`], {
            cwd: work,
            encoding: 'utf8',
            maxBuffer: 64 * 1024 * 1024,
            input: '',
            env: {
                PATH: [bin, process.env.PATH].join(delimiter),
                HOME: home,
                NO_COLOR: '1',
                ...(writesToTerminal(command) ? { NODE_OPTIONS: `--import=data:text/javascript,${TERMINAL}` } : {}),
            },
        });
        return stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`;
    }
    finally {
        rmSync(home, { recursive: true, force: true });
    }
}
/** Makes a pipe look like a terminal to the program. */
const TERMINAL = `process.stdout.isTTY=true;process.stdout.columns=${COLUMNS}`;
/** What is piped on (`kp-explain … | head`) does not see the terminal. */
function writesToTerminal(command) {
    return !/kp-explain[^;|]*\|/.test(command);
}

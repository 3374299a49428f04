import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
/** Columns of a terminal that man(1) formats for, less its indentation. */
const COLUMNS = 72;
/** Makes a pipe look like a terminal of so many columns to the program. */
const TERMINAL = `--import=data:text/javascript,process.stdout.isTTY=true;process.stdout.columns=${COLUMNS}`;
/**
 * Makes the man page of what the built program says of itself with `--help`, so that they cannot differ.
 * @param root the project's folder; the program is built
 * @returns the page in man(7) macros
 */
export function manPage(root) {
    const help = helpOf(root, []);
    const names = [...commandsIn(help)];
    return [
        '.\\" Written by `npm run readme` from --help.',
        '.TH KP\\-EXPLAIN 1',
        '.SH NAME',
        'kp\\-explain \\- what a node does to a packet for a Kubernetes Service, and why a connection fails',
        '.SH SYNOPSIS',
        '.B kp\\-explain',
        '.I command',
        '[\\fIoption\\fR ...]',
        '.SH DESCRIPTION',
        ...verbatim(help),
        '.SH COMMANDS',
        ...names.flatMap((name) => [`.SS ${escaped(name)}`, ...verbatim(helpOf(root, [name]))]),
        '.SH SEE ALSO',
        '.BR iptables\\-save (8),',
        '.BR nft (8),',
        '.BR ipvsadm (8),',
        '.BR conntrack (8),',
        '.BR kubectl (1)',
        '',
    ].join('\n');
}
function helpOf(root, command) {
    const { stdout, status } = spawnSync(process.execPath, [join(root, 'bin/kp-explain.cjs'), ...command, '--help'], { encoding: 'utf8', env: { PATH: process.env.PATH, NO_COLOR: '1', NODE_OPTIONS: TERMINAL } });
    if (status !== 0)
        throw new Error(`${command.join(' ')} --help ended with ${status}`);
    return stdout.trimEnd();
}
function* commandsIn(help) {
    const list = /^Commands:\n([\s\S]*?)\n\n/m.exec(help)?.[1] ?? '';
    for (const [, name = ''] of list.matchAll(/^ {2}(\S+)/gm))
        if (name !== 'help')
            yield name;
}
function verbatim(text) {
    return ['.nf', ...text.split('\n').map(escaped), '.fi'];
}
/** A backslash begins an escape, a dot or an apostrophe at the start of a line a macro, and a bare hyphen may be set as a dash. */
function escaped(line) {
    const text = line
        .replaceAll('\\', '\\e')
        .replaceAll('-', '\\-')
        .replaceAll('’', "'")
        .replaceAll('…', '...');
    return /^[.']/.test(text) ? `\\&${text}` : text;
}

import { dictionary } from '../lookup/dictionary.js';
import { readNames } from './complete-names.js';
/** What an option is followed by, where it is no fixed list. */
const VALUES = dictionary({
    '--file': 'files',
    '--write': 'files',
    '--kubeconfig': 'files',
    '--expect': 'files',
    '--namespace': 'namespaces',
    '--svc': 'services',
    '--from': 'senders',
    '--client': 'pods',
    '--endpoint': 'pods',
    '--node': 'nodes',
    '--context': 'contexts',
    '--only': 'codes',
    '--ignore': 'codes',
});
/** What the arguments of a command are. */
const ARGUMENTS = dictionary({
    why: ['services'],
    trace: ['services'],
    services: ['services'],
    chain: ['chains', 'services'],
    check: ['files'],
    diff: ['files'],
    explain: ['codes'],
});
/** Words of options that read them by themselves. */
const WORDS = dictionary({
    '--state': [
        'ESTABLISHED',
        'SYN_SENT',
        'SYN_RECV',
        'TIME_WAIT',
        'CLOSE_WAIT',
        'UNREPLIED',
        'REPLIED',
        'ASSURED',
    ],
    '--problem': ['any', 'stale', 'error', 'warning', 'info'],
    '--protocol': ['tcp', 'udp', 'sctp', 'icmp'],
    '--ctstate': ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'],
});
/**
 * @param words of the command line without the program's name, the last one begun
 * @returns what the last one may become: commands, options, their values, and names of what is in the capture that is named
 */
export function complete(words, program) {
    // bash takes `--svc=x` apart.
    const typed = words.filter((word, index) => word !== '=' || index === words.length - 1);
    const last = typed.at(-1) ?? '';
    const before = typed.slice(0, -1);
    const command = commandOf(before, program);
    const [, long, begun] = /^(--[a-z-]+)=(.*)$/.exec(last) ?? [];
    const flag = long ?? before.at(-1) ?? '';
    const option = command?.options.find((one) => one.short === flag || one.long === flag);
    if (option !== undefined && (option.required || option.optional)) {
        const found = valuesOf(option, typed);
        const prefix = long === undefined ? '' : `${long}=`;
        const whole = found.candidates.map((one) => ({ ...one, value: `${prefix}${one.value}` }));
        return { ...found, candidates: beginning(whole, long === undefined ? last : `${prefix}${begun ?? ''}`) };
    }
    if (command === undefined)
        return { candidates: beginning(commandsOf(program), last), files: false };
    if (last.startsWith('-'))
        return { candidates: beginning(optionsOf(command), last), files: false };
    const found = argumentsOf(command, program, typed);
    return { ...found, candidates: beginning(found.candidates, last) };
}
function commandOf(before, program) {
    const name = before.find((word) => !word.startsWith('-'));
    return name === 'help' ? undefined : program.commands.find((one) => one.name() === name);
}
function commandsOf(program) {
    const commands = program.commands.filter((one) => !one.name().startsWith('_'));
    return [
        ...commands.map((one) => ({ value: one.name(), description: one.summary() })),
        { value: 'help', description: 'print help for a command' },
        { value: '--help', description: 'print help' },
        { value: '--version', description: 'print the version' },
    ];
}
function optionsOf(command) {
    const own = command.options
        .filter(({ hidden }) => !hidden)
        .flatMap(({ short, long, description }) => [short, long].flatMap((value) => (value == null ? [] : [{ value, description }])));
    return [...own, { value: '-h', description: 'print help' }, { value: '--help', description: 'print help' }];
}
function valuesOf(option, typed) {
    const name = option.long ?? '';
    const fixed = option.argChoices ?? WORDS[name];
    if (fixed !== undefined)
        return { candidates: fixed.map(plain), files: false };
    const kind = VALUES[name];
    if (kind === 'files')
        return { candidates: [], files: true };
    return { candidates: kind === undefined ? [] : named(kind, readNames(typed)), files: false };
}
function argumentsOf(command, program, typed) {
    const [argument] = command.registeredArguments;
    if (argument?.argChoices !== undefined)
        return { candidates: argument.argChoices.map(plain), files: false };
    const kinds = ARGUMENTS[command.name()] ?? [];
    const names = readNames(typed);
    const candidates = kinds.flatMap((kind) => (kind === 'files' ? [] : named(kind, names)));
    return { candidates, files: kinds.includes('files') || program.commands.length === 0 };
}
/** A name that reads as an option would be one, once it stands on the line. */
function named(kind, names) {
    const own = (kind === 'senders' ? names.pods() : names[kind]()).filter(({ value }) => !value.startsWith('-'));
    if (kind !== 'senders')
        return own;
    return [
        { value: 'pod', description: 'some pod of the node' },
        { value: 'node', description: 'a process of the node' },
        { value: 'external', description: 'an address outside the cluster' },
        ...own,
    ];
}
function plain(value) {
    return { value, description: '' };
}
/** What a shell would take for more than a word is not offered: names come from captures. */
const WORD = /^[\w./:@=+-]+$/;
function beginning(candidates, begun) {
    const found = candidates.filter(({ value }) => value.startsWith(begun) && WORD.test(value));
    return [...new Map(found.map((one) => [one.value, one])).values()];
}

/** @returns a command that makes a chain or puts a rule in front of others; null for any other line. */
export function readCommand(text) {
    const insertion = /^-I (\S+)(?: (\d{1,6})(?= |$))?(?: |$)/.exec(text);
    if (insertion !== null) {
        const [, name = '', number = '1'] = insertion;
        return { letter: 'I', name, place: Math.max(1, Number(number)) };
    }
    const found = /^-([PN]) (\S+)(?: (\S+))?(?: -c (\d+) (\d+))?$/.exec(text);
    const [, letter, name = '', policy = '-', ...counters] = found ?? [];
    if (letter !== 'P' && letter !== 'N')
        return null;
    return (letter === 'N') === (policy === '-') ? { letter, name, declared: [policy, ...counters] } : null;
}

import { command } from '../command/command.js';
import { splitWords } from '../iptables/words.js';
/** @param tool as `CheckContext.tool` names it @returns the command that prints a chain's rules as they were written. */
export function showChain(tool, table, chain) {
    return command(tool, '-t', table, '-S', chain);
}
/** @returns the command that lists a chain with counters and the rules' numbers. */
export function listChain(tool, table, chain) {
    return command(tool, '-t', table, '-L', chain, '-n', '-v', '--line-numbers');
}
/** @returns the command that deletes the rule with this number. */
export function deleteRule(tool, table, chain, number) {
    return command(tool, '-t', table, '-D', chain, String(number));
}
/** @returns the command that deletes the first rule of its chain that says the same. */
export function deleteSuchRule(tool, table, { text }) {
    // The words of the dump, which iptables-restore would get: a shell has other quotes.
    const [, ...words] = splitWords(text).words.map((word) => word.text);
    return command(tool, '-t', table, '-D', ...words);
}
/** @returns the command that sets a sysctl until the node starts anew. */
export function setSysctl(option, value) {
    return command('sysctl', '-w', `${option}=${value}`);
}
/** @returns the command that shows what kube-proxy logged last, on every node. */
export function proxyLogs() {
    return command('kubectl', '-n', 'kube-system', 'logs', '-l', 'k8s-app=kube-proxy', '--tail=100', '--prefix');
}

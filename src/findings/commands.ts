import { type Command, command } from '../command/command.ts';
import type { Rule, TableName } from '../iptables/ruleset.ts';
import { splitWords } from '../iptables/words.ts';

/** @param tool as `CheckContext.tool` names it @returns the command that prints a chain's rules as they were written. */
export function showChain(tool: string, table: TableName, chain: string): Command {
  return command(tool, '-t', table, '-S', chain);
}

/** @returns the command that lists a chain with counters and the rules' numbers. */
export function listChain(tool: string, table: TableName, chain: string): Command {
  return command(tool, '-t', table, '-L', chain, '-n', '-v', '--line-numbers');
}

/** @returns the command that deletes the rule with this number. */
export function deleteRule(tool: string, table: TableName, chain: string, number: number): Command {
  return command(tool, '-t', table, '-D', chain, String(number));
}

/** @returns the command that deletes the first rule of its chain that says the same. */
export function deleteSuchRule(tool: string, table: TableName, { text }: Rule): Command {
  // The words of the dump, which iptables-restore would get: a shell has other quotes.
  const [, ...words] = splitWords(text).words.map((word) => word.text);
  return command(tool, '-t', table, '-D', ...words);
}

/** @returns the command that sets a sysctl until the node starts anew. */
export function setSysctl(option: string, value: number): Command {
  return command('sysctl', '-w', `${option}=${value}`);
}

/** @returns the command that shows what kube-proxy logged last, on every node. */
export function proxyLogs(): Command {
  return command(
    'kubectl',
    '-n',
    'kube-system',
    'logs',
    '-l',
    'k8s-app=kube-proxy',
    '--tail=100',
    '--prefix',
  );
}

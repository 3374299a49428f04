/** A machine that lines of a paste are of. Names of two groups may mean one machine. */
export interface Machine {
  readonly name: string;
  readonly group: 'host' | 'address' | `pods of ${string}`;
}

/** What runs a command on many machines prints the name of each above its output. */
const HEADS: readonly RegExp[] = [
  // Ansible: `worker-1 | CHANGED | rc=0 >>`.
  /^([\w.-]+) \| (?:CHANGED|SUCCESS|FAILED|UNREACHABLE!?)(?:\s*\||\s*=>|!|$)/,
  // pssh: `[1] 10:00:01 [SUCCESS] worker-1`.
  /^\[\d+\] \d\d:\d\d:\d\d \[(?:SUCCESS|FAILURE)\] (\S+)/,
  // A playbook of Ansible: `ok: [worker-1] => {`.
  /^(?:ok|changed|failed|fatal): \[([\w.-]+)\](?:: \w+!)?(?: => |$)/,
];

/** Options of ssh that take the next word. */
const SSH = /(?:^|[\s/])ssh\s+((?:-[a-zA-Z]*[BbcDEeFIiJLlmOopQRSWw]\s+\S+\s+|-\S+\s+)*)(\S+)\s/;

/** A pod of a DaemonSet is named as that, with five characters behind (GenerateName). */
const EXEC =
  /\b(?:kubectl|oc)\s(?:[^|]*\s)?exec\s(?:[^|]*?\s)?(?:pods?\/)?([a-z0-9][a-z0-9-]*)-([bcdfghjklmnpqrstvwxz2456789]{5})(?=\s)/;

const DEBUG = /\b(?:kubectl|oc)\s(?:[^|]*\s)?debug\s(?:[^|]*?\s)?node\/(\S+)/;

/** @returns the machine that a line says is the one of the lines below it; null for any other line. */
export function readMachineHead(line: string): Machine | null {
  const name = HEADS.map((head) => head.exec(line)?.[1]).find((one) => one !== undefined);
  return name === undefined ? null : machineOf(name);
}

/** @returns the machine that a command runs on, where it is sent to another one than it was typed at; null where it says none. */
export function machineOfCommand(command: string): Machine | null {
  const [, stem, end] = EXEC.exec(command) ?? [];
  if (stem !== undefined && end !== undefined) return { name: `${stem}-${end}`, group: `pods of ${stem}` };
  const node = DEBUG.exec(command)?.[1];
  if (node !== undefined) return machineOf(node);
  const target = SSH.exec(command)?.[2];
  return target === undefined ? null : machineOf(target.replace(/^.*@/, ''));
}

/** @returns the machine with this name, which may be given with its domain and without. */
export function machineOf(name: string): Machine {
  return /[a-z]/i.test(name) && !name.includes(':')
    ? { name: name.split('.')[0] ?? name, group: 'host' }
    : { name, group: 'address' };
}

/** Machines, with the first line of each that is of a node. */
export class Machines {
  readonly #lines = new Map<string, { readonly machine: Machine; readonly index: number }>();

  add(machine: Machine, index: number): void {
    const key = `${machine.group} ${machine.name}`;
    if (!this.#lines.has(key)) this.#lines.set(key, { machine, index });
  }

  /** @returns what says that there are two of one group, as `node-2 (line 2) and node-1 (line 4)`; null where nothing does. */
  two(): { readonly text: string; readonly pods: boolean } | null {
    const groups = new Map<string, { readonly machine: Machine; readonly index: number }>();
    for (const found of this.#lines.values()) {
      const first = groups.get(found.machine.group);
      if (first === undefined) groups.set(found.machine.group, found);
      else
        return {
          text: [first, found]
            .map(({ machine, index }) => `${machine.name} (line ${index + 1})`)
            .join(' and '),
          pods: found.machine.group.startsWith('pods of '),
        };
    }
    return null;
  }
}

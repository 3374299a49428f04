import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
/** @returns what figures depend on: processor, how busy it is, and the versions of the yardsticks. */
export function describeMachine() {
    const [cpu] = cpus();
    const load = loadavg().map((each) => each.toFixed(1));
    return [
        `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, load ${load.join(' ')}`,
        `Node ${process.version}`,
        firstLine('awk', '-W', 'version'),
        firstLine('iptables-restore', '--version'),
    ].join('; ');
}
function firstLine(command, ...args) {
    const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', input: '' });
    return (stdout || stderr || `no ${command}`).split('\n')[0] ?? '';
}

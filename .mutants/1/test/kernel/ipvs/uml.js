import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
/** Where Debian's package user-mode-linux has its modules. */
const MODULES = '/usr/lib/uml/modules';
/** @returns why no user-mode kernel can be booted here, or null where one can. */
export function whyNoUml() {
    if (process.getuid?.() !== 0)
        return 'needs root';
    if (spawnSync('which', ['linux.uml']).status !== 0 || !existsSync(MODULES))
        return 'needs linux.uml with its modules (apt-get install user-mode-linux)';
    for (const [tool, owner] of [
        ['modprobe', 'kmod'],
        ['ipvsadm', 'ipvsadm'],
        ['ipset', 'ipset'],
        ['conntrack', 'conntrack'],
    ])
        if (spawnSync('which', [tool ?? '']).status !== 0)
            return `needs ${tool} (apt-get install ${owner})`;
    return null;
}
/** The user-mode kernel did not start, or was ended before its command was. */
export class NoMachine extends Error {
}
/**
 * Boots Debian's user-mode-linux kernel (6.1: IPVS with every scheduler, ipset, iptables-legacy) as an ordinary process, over this
 * machine's files, which it cannot change, and runs a command as root in it.
 * @param seconds after which it is ended
 * @param files what stands in /out, by name
 */
export function bootUml(command, environment, seconds, files = {}) {
    const out = mkdtempSync(join(tmpdir(), 'kpx-uml-'));
    const scripts = fileURLToPath(new URL('./uml/', sourceUrl()));
    const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const exports = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
    writeFileSync(join(out, 'command'), `${exports.join('\n')}\nexec ${words}\n`);
    for (const [name, text] of Object.entries(files))
        writeFileSync(join(out, name), text);
    mkdirSync(join(out, 'run'));
    const release = spawnSync('ls', [MODULES], { encoding: 'utf8' }).stdout.trim().split('\n')[0] ?? '';
    spawnSync('linux.uml', [
        ...[
            'mem=1G',
            'rootfstype=hostfs',
            'rootflags=/',
            'ro',
            'con=null',
            'con0=null,fd:1',
            'con1=null',
            'quiet',
        ],
        ...[`umid=kpx${process.pid}`, `uml_dir=${out}/run/`, `init=${scripts}init`],
        ...[`KPX_OUT=${out}`, `KPX_RELEASE=${release}`, `KPX_HERE=${scripts}`],
    ], {
        timeout: seconds * 1000,
        killSignal: 'SIGKILL',
        env: { ...process.env, ...preloaded(out, scripts) },
        stdio: 'ignore',
    });
    const read = (name) => existsSync(join(out, name)) ? readFileSync(join(out, name), 'utf8') : '';
    const status = read('rc');
    if (status === '') {
        rmSync(out, { recursive: true, force: true });
        throw new NoMachine('the user-mode kernel did not start, or took too long');
    }
    return {
        status: Number(status),
        output: `${read('stdout')}${read('stderr')}`,
        out,
        remove: () => rmSync(out, { recursive: true, force: true }),
    };
}
/** On processors whose state is larger than the kernel of the package expects it does not start without a shim, which needs a compiler. */
function preloaded(out, scripts) {
    const library = join(out, 'ptshim.so');
    const built = spawnSync('gcc', ['-O1', '-shared', '-fPIC', '-o', library, `${scripts}ptshim.c`, '-ldl']);
    return built.status === 0 ? { LD_PRELOAD: library } : {};
}
/** The scripts stand beside the source, which the compiled file of `npm run tools` does not. */
function sourceUrl() {
    return import.meta.url.replace(/\.tools\//, '');
}

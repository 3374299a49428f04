/**
 * Reads `sysctl -a` or `sysctl name…`: `a.b = c`. A name is kept as printed, with dots; the spelling with slashes
 * (`net/ipv4/conf/eth0.100/rp_filter`, needed where an interface name holds a dot) becomes the dotted one, with the
 * interface's dot as a slash, as `sysctl` itself prints it.
 * @returns values by name; lines of another form are skipped. Never throws.
 */
export function parseSysctls(text) {
    const values = new Map();
    for (const line of text.split('\n')) {
        const match = /^\s*([\w./@:-]+)\s*=(.*)$/.exec(line.endsWith('\r') ? line.slice(0, -1) : line);
        if (match === null)
            continue;
        const [, name = '', value = ''] = match;
        values.set(dotted(name), value.trim());
    }
    return values;
}
function dotted(name) {
    const slash = name.indexOf('/');
    const dot = name.indexOf('.');
    if (slash < 0 || (dot >= 0 && dot < slash))
        return name;
    return name.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/'));
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCluster, ORDINARY } from './cluster.js';
import { writeFlows } from './flows.js';
import { formatHost } from './host.js';
import { formatObjects } from './objects.js';
import { formatRules } from './rules.js';
/** Writes a capture folder; the same options write the same bytes. */
export function generateCapture(folder, options = {}) {
    const { large, named, flows, ...shape } = {
        ...ORDINARY,
        large: true,
        named: false,
        flows: 0,
        ...options,
    };
    const cluster = makeCluster(shape);
    const text = formatRules(cluster, large);
    const files = {
        ...formatHost(cluster),
        ...(named ? formatObjects(cluster) : {}),
        'iptables-save.txt': text,
    };
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files))
        writeFileSync(join(folder, name), content);
    if (flows > 0)
        writeFlows(join(folder, 'conntrack.txt'), cluster, flows, shape.seed);
    const rules = text.match(/^-A /gm)?.length ?? 0;
    const middle = cluster.services[Math.floor(shape.services / 2)];
    const address = middle?.clusterIP ?? '';
    return {
        folder,
        rulesFile: join(folder, 'iptables-save.txt'),
        rules,
        bytes: Buffer.byteLength(text),
        address,
        service: `${middle?.namespace}/${middle?.name}`,
    };
}
/** @returns a dump with this many empty chains: nobody has one, but a program must not fall over it. */
export function formatManyChains(count) {
    const lines = ['*nat', ':PREROUTING ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]'];
    for (let index = 0; index < count; index++)
        lines.push(`:CHAIN-${index} - [0:0]`);
    for (let index = 0; index < count; index++)
        lines.push(`-A CHAIN-${index} -j CHAIN-${(index + 1) % count}`);
    lines.push('-A PREROUTING -j CHAIN-0', 'COMMIT', '');
    return lines.join('\n');
}

import { isMap } from 'yaml';
import { YamlReader } from './yaml-reader.js';
/**
 * Reads `expect.yaml`. A key that is not known, a value of the wrong kind and a missing field are mistakes: a statement that
 * is misread would pass in silence. Never throws.
 * @param codes of findings that exist
 */
export function parseExpectations(text, file, codes) {
    const reader = new YamlReader(text);
    const expectations = readDocument(reader, file, codes);
    return { expectations, mistakes: reader.mistakes };
}
function readDocument(reader, file, codes) {
    const nothing = { file, packets: [], conntrack: [], allow: [] };
    if (reader.root === null) {
        if (reader.mistakes.length === 0)
            reader.wrong(null, 'the file says nothing; it begins with apiVersion: kp-explain/v1');
        return nothing;
    }
    const root = reader.map(reader.root, 'document', 'the file');
    if (root === null)
        return nothing;
    const version = reader.text(root, 'apiVersion');
    if (version !== 'kp-explain/v1')
        reader.wrong(root.get('apiVersion', true) ?? root, 'the file must begin with apiVersion: kp-explain/v1');
    const kind = reader.text(root, 'kind');
    if (kind !== 'Expectations')
        reader.wrong(root.get('kind', true) ?? root, 'kind must be Expectations');
    const packets = reader.list(root, 'packets').flatMap((item) => readPacket(item, reader));
    for (const [index, { name, line }] of packets.entries()) {
        if (packets.findIndex((other) => other.name === name) < index)
            reader.mistakes.push({ line, message: `a packet named "${name}" stands above already` });
    }
    return {
        file,
        packets,
        conntrack: reader.list(root, 'conntrack').flatMap((item) => readConntrack(item, reader)),
        allow: readAllowed(root.get('findings', true), reader, codes),
    };
}
function readPacket(item, reader) {
    const map = reader.map(item, 'packet', 'a packet');
    if (map === null)
        return [];
    const name = reader.required(map, 'name', 'a packet');
    const node = map.get('expect', true);
    if (node === undefined)
        reader.wrong(map, `packet "${name}" needs expect`);
    const expect = node === undefined ? null : reader.map(node, 'expect', 'expect');
    const shared = {
        name,
        line: reader.lineOf(map),
        from: reader.required(map, 'from', `packet "${name}"`),
        to: reader.required(map, 'to', `packet "${name}"`),
        protocol: reader.choice(map, 'protocol', ['tcp', 'udp', 'sctp', 'icmp']),
        sourcePort: reader.count(map, 'sourcePort', 65_535),
    };
    if (expect === null)
        return [];
    if (expect.items.length === 0)
        reader.wrong(map, `packet "${name}": expect says nothing`);
    return [
        {
            ...shared,
            verdict: reader.choice(expect, 'verdict', ['accept', 'drop', 'reject']),
            endpoints: expect.has('endpoints') ? reader.texts(expect, 'endpoints') : null,
            masquerade: reader.flag(expect, 'masquerade'),
            through: reader.texts(expect, 'through'),
            notThrough: reader.texts(expect, 'notThrough'),
        },
    ];
}
function readConntrack(item, reader) {
    const map = reader.map(item, 'conntrack', 'a conntrack statement');
    if (map === null)
        return [];
    const service = reader.required(map, 'service', 'a conntrack statement');
    const stale = reader.flag(map, 'stale');
    const most = reader.count(map, 'most', Number.MAX_SAFE_INTEGER);
    if (stale === true)
        reader.wrong(map.get('stale', true), 'stale can only be false: that flows are stale is nothing to expect');
    if (!map.has('stale') && !map.has('most'))
        reader.wrong(map, 'a conntrack statement needs stale or most');
    if (service !== '' && !/^[^/\s]+\/[^/\s]+$/.test(service))
        reader.wrong(map.get('service', true), `"${service}" is not NAMESPACE/SERVICE`);
    const name = reader.text(map, 'name') ?? `flows of ${service}`;
    return [{ name, line: reader.lineOf(map), service, stale, most }];
}
function readAllowed(node, reader, codes) {
    if (node === undefined)
        return [];
    const findings = reader.map(node, 'findings', 'findings');
    if (findings === null)
        return [];
    return reader.list(findings, 'allow').flatMap((item) => {
        const map = reader.map(item, 'allow', 'an allowed finding');
        if (map === null || !isMap(item))
            return [];
        const code = reader.required(map, 'code', 'an allowed finding');
        if (code !== '' && !codes.has(code))
            reader.wrong(map.get('code', true), `no finding has the code ${code.slice(0, 20)}`);
        const reason = reader.required(map, 'reason', `allowed finding ${code}`);
        return [{ line: reader.lineOf(map), code, object: reader.text(map, 'object'), reason }];
    });
}

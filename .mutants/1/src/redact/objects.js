import { isFields, listOf, textOf } from '../json/fields.js';
import { isReadAnnotation, neutralAnnotations } from '../kubernetes/annotations.js';
import { readDocuments } from '../kubernetes/documents.js';
import { splitLargeList } from '../kubernetes/large-list.js';
import { ObjectListWriter } from '../kubernetes/object-list.js';
import { DEEPEST_LIST } from '../kubernetes/parse-objects.js';
import { pruneObject } from '../kubernetes/prune.js';
import { textsIn } from '../kubernetes/shape.js';
import { dictionary } from '../lookup/dictionary.js';
import { parseAddress } from '../net/address.js';
import { isApiWord } from './known-words.js';
import { noteNetwork } from './note-rules.js';
const KINDS = ['Service', 'EndpointSlice', 'Endpoints', 'Pod', 'Node'];
const NAMED = {
    Service: 'service',
    EndpointSlice: 'slice',
    Endpoints: 'service',
    Pod: 'pod',
    Node: 'node',
};
/** Fields whose values the API itself defines; another value is renamed, such as the kind of a target that a company made up. */
const API_FIELDS = new Set('apiVersion kind type protocol phase status ipMode externalTrafficPolicy internalTrafficPolicy sessionAffinity ipFamilies ipFamilyPolicy addressType trafficDistribution restartPolicy deletionTimestamp service.kubernetes.io/headless'.split(' '));
const ADDRESSES = new Set([
    'ip',
    'podIP',
    'hostIP',
    'clusterIP',
    'clusterIPs',
    'externalIPs',
    'addresses',
]);
const NETWORKS = new Set(['podCIDR', 'podCIDRs', 'loadBalancerSourceRanges']);
const NAMES = dictionary({
    namespace: 'namespace',
    nodeName: 'node',
    zone: 'zone',
    hostname: 'host',
    targetPort: 'port',
    'kubernetes.io/service-name': 'service',
    'service.kubernetes.io/service-proxy-name': 'proxy',
    'topology.kubernetes.io/zone': 'zone',
    'failure-domain.beta.kubernetes.io/zone': 'zone',
    'kubernetes.io/hostname': 'node',
});
/** Reads the objects of one file, with only the fields that are used. Objects of other kinds are left out. */
export async function readPrunedObjects(source, problems) {
    const found = new Map();
    const large = splitLargeList(source.bytes);
    const values = large === null ? await readDocuments(source, problems) : [large.head];
    const read = (value, kindOfList, depth, items) => {
        if (depth > DEEPEST_LIST)
            return;
        if (Array.isArray(value))
            for (const item of value)
                read(item, kindOfList, depth + 1);
        if (!isFields(value))
            return;
        const kind = textOf(value.kind) ?? kindOfList ?? '';
        if (kind.endsWith('List')) {
            const itemKind = kind === 'List' ? null : kind.slice(0, -'List'.length);
            const known = KINDS.find((each) => each === itemKind);
            if (known !== undefined && !found.has(known))
                found.set(known, []);
            for (const item of items ?? listOf(value.items))
                read(item, itemKind, depth + 1);
            return;
        }
        const known = KINDS.find((each) => each === kind);
        const pruned = known === undefined ? null : pruneObject(known, value);
        if (known === undefined || pruned === null)
            return;
        const list = found.get(known);
        if (list === undefined)
            found.set(known, [pruned]);
        else
            list.push(pruned);
    };
    for (const value of values)
        read(value, null, 0, large?.items(() => undefined));
    return found;
}
/** Notes the names in an object, before any is renamed. */
export function noteObject(kind, object, renamer) {
    walk(kind, object, {
        name: (nameKind, name) => {
            renamer.aliases.note(nameKind, name);
            return name;
        },
        address: (text) => (parseAddress(text) === null ? null : text),
        network: (text) => {
            noteNetwork(text, renamer);
            return text;
        },
    });
}
/** @returns the objects of one kind in the new names, as kubectl would list them. */
export function renameObjects(kind, objects, renamer) {
    const writer = new ObjectListWriter(kind);
    const visitor = {
        name: (nameKind, name) => renamer.name(nameKind, name),
        address: (text) => renamer.address(text),
        network: (text) => renamer.prefix(text),
    };
    writer.add(objects.map((object) => walk(kind, object, visitor)));
    return writer.finish();
}
function walk(kind, object, visitor) {
    const renamed = [];
    for (const [key, value] of Object.entries(object)) {
        const given = rename(kind, [key], value, visitor);
        if (given !== undefined)
            renamed.push([key, given]);
    }
    return Object.fromEntries(renamed);
}
/** @param path the keys from the object down to the value. */
function rename(kind, path, value, visitor) {
    if (Array.isArray(value)) {
        const items = value;
        return items.map((item) => rename(kind, path, item, visitor)).filter((item) => item !== undefined);
    }
    const key = path.at(-1) ?? '';
    if (isFields(value)) {
        // A readiness gate can name a load balancer.
        if (key === 'annotations')
            return neutralAnnotations(textsIn(isReadAnnotation, value));
        if (key === 'conditions' && kind === 'Pod' && value.type !== 'Ready')
            return undefined;
        return Object.fromEntries(Object.entries(value)
            .map(([inner, item]) => [inner, rename(kind, [...path, inner], item, visitor)])
            .filter(([, item]) => item !== undefined));
    }
    return typeof value === 'string' ? renameText(kind, path, value, visitor) : value;
}
function renameText(kind, path, text, visitor) {
    const key = path.at(-1) ?? '';
    const parent = path.at(-2) ?? '';
    if (text === '')
        return text;
    if (API_FIELDS.has(key))
        return isApiWord(text) ? text : visitor.name('name', text);
    if (key === 'name')
        return visitor.name(kindOfName(kind, parent), text);
    if (ADDRESSES.has(key)) {
        return text === 'None' ? text : (visitor.address(text) ?? visitor.name('host', text));
    }
    if (NETWORKS.has(key))
        return visitor.network(text) ?? undefined;
    if (key === 'address')
        return visitor.address(text) ?? visitor.name('node', text);
    const nameKind = NAMES[key];
    return nameKind === undefined ? undefined : visitor.name(nameKind, text);
}
function kindOfName(kind, parent) {
    if (parent === 'metadata')
        return NAMED[kind];
    if (parent === 'ports')
        return 'port';
    if (parent === 'targetRef')
        return 'pod';
    if (parent === 'forZones')
        return 'zone';
    if (parent === 'forNodes')
        return 'node';
    return 'name';
}

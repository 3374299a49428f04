import { listed } from '../../words/numbers.js';
import { partsOf } from '../filter.js';
import { portDifference, portText } from './port-difference.js';
import { addTo, splitOff } from './split-off.js';
/**
 * Takes in one node after the other and keeps what each does, equal things once: a thousand nodes with ten thousand Services
 * fit.
 */
export class NodeComparer {
    #nodes = [];
    /** Those whose Services are known. */
    #serving = [];
    #settings = new Map();
    #services = new Map();
    #findings = new Map();
    get size() {
        return this.#nodes.length;
    }
    /** Adds a node that was not added before. */
    add({ node, settings, services }, { findings }) {
        for (const [name, value] of settings)
            if (value !== null)
                addTo(entryOf(this.#settings, name, newGroups), value, value, node);
        if (services !== null)
            this.#serving.push(node);
        for (const [label, port] of services ?? [])
            addPort(entryOf(this.#services, label, newPort), port, node);
        for (const finding of findings)
            if (finding.severity !== 'info')
                this.#addFinding(finding, node);
        this.#nodes.push(node);
    }
    /** @returns what differs: findings first, then Services, then settings. */
    compare() {
        return {
            nodes: this.#nodes,
            differences: [
                ...[...this.#findings].sort(byKey).flatMap(([code, found]) => this.#compareFinding(code, found)),
                ...[...this.#services].sort(byKey).flatMap(([label, port]) => this.#comparePort(label, port)),
                ...[...this.#settings].flatMap(([name, groups]) => compareSetting(name, groups)),
            ],
        };
    }
    #addFinding(finding, node) {
        const found = entryOf(this.#findings, finding.code, () => ({
            title: finding.title,
            nodes: new Set(),
            objects: new Map(),
        }));
        found.nodes.add(node);
        // Pods are a node's own: that each has others says nothing.
        for (const object of partsOf(finding).filter((name) => !name.startsWith('pod ')))
            entryOf(found.objects, object, () => new Set()).add(node);
    }
    #compareFinding(code, { title, nodes, objects }) {
        const what = `${code} ${title}`;
        if (nodes.size < this.#nodes.length)
            return [this.#presence(code, what, nodes, [...objects.keys()].sort())];
        return [...objects]
            .sort(byKey)
            .filter(([, on]) => on.size < this.#nodes.length)
            .map(([object, on]) => this.#presence(code, what, on, [object]));
    }
    /** Those that have a finding differ, unless most nodes have it: then those differ that have it not. */
    #presence(code, what, on, objects) {
        const having = this.#nodes.filter((node) => on.has(node));
        const lacking = this.#nodes.filter((node) => !on.has(node));
        const named = objects.length === 0 ? what : `${what} (${listed(objects, 3)})`;
        const most = having.length > lacking.length;
        return {
            kind: 'finding',
            subject: code,
            nodes: most ? lacking : having,
            rest: having.length === lacking.length ? [] : most ? having : lacking,
            message: most ? `without ${named}, which the rest has` : named,
        };
    }
    #comparePort(label, { places, facets, unlike }) {
        const having = new Set([...places.values()].flatMap(({ nodes }) => nodes));
        for (const node of this.#serving)
            if (!having.has(node))
                addTo(places, '[]', [], node);
        const compared = [['places', places]];
        for (const [facet, groups] of facets)
            if (!unlike.has(facet))
                compared.push([facet, groups]);
        return compared.flatMap(([facet, groups]) => {
            const { rest, odd } = splitOff(groups);
            return odd.map(({ value, nodes }) => ({
                kind: 'service',
                subject: label,
                nodes,
                rest: rest?.nodes ?? [],
                message: `${label}: ${rest === null ? portText(facet, value) : portDifference(facet, value, rest.value)}`,
            }));
        });
    }
}
const newGroups = () => new Map();
const newPort = () => ({ places: new Map(), facets: new Map(), unlike: new Set() });
const FACETS = ['endpoints', 'shares', 'affinity', 'sourceRanges'];
function addPort({ places, facets, unlike }, port, node) {
    addTo(places, JSON.stringify(port.places), port.places, node);
    for (const facet of FACETS) {
        const words = port[facet];
        if (words === null)
            unlike.add(facet);
        else
            addTo(entryOf(facets, facet, () => new Map()), JSON.stringify(words), words, node);
    }
}
function compareSetting(name, groups) {
    const { rest, odd } = splitOff(groups);
    return odd.map(({ value, nodes }) => ({
        kind: 'setting',
        subject: name,
        nodes,
        rest: rest?.nodes ?? [],
        message: rest === null ? `${name}: ${value}` : `${name}: ${value}, the rest ${rest.value}`,
    }));
}
function entryOf(map, key, make) {
    const known = map.get(key);
    if (known !== undefined)
        return known;
    const made = make();
    map.set(key, made);
    return made;
}
function byKey(a, b) {
    return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

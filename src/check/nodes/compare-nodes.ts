import { listed } from '../../words/numbers.ts';
import type { CheckAnswer } from '../check-capture.ts';
import { partsOf } from '../filter.ts';
import type { NodeComparison, NodeDifference, ReportedFinding } from '../report.ts';
import type { Facet, NodeProfile, ProgrammedPort } from './node-profile.ts';
import { portDifference, portText } from './port-difference.ts';
import { ProfilePool } from './profile-pool.ts';
import { addTo, type Groups, splitOff } from './split-off.ts';

/**
 * Takes in one node after the other and keeps what each does, equal things once (`ProfilePool`): thousands of nodes with ten thousand
 * Services fit.
 */
export class NodeComparer {
  readonly #nodes: string[] = [];
  readonly #pool = new ProfilePool();
  /** Those whose Services are known, and what they do with them. */
  readonly #serving: { readonly node: string; readonly services: ServicesOfNode }[] = [];
  readonly #settings = new Map<string, Groups<string>>();
  readonly #findings = new Map<string, Found>();

  get size(): number {
    return this.#nodes.length;
  }

  /** Adds a node that was not added before. */
  add(profile: NodeProfile, { findings }: Pick<CheckAnswer, 'findings'>): void {
    const { node, settings, services } = this.#pool.shared(profile);
    for (const [name, value] of settings)
      if (value !== null) addTo(entryOf(this.#settings, name, newGroups), value, value, node);
    if (services !== null) this.#serving.push({ node, services });
    for (const finding of findings)
      if (finding.severity !== 'info' && finding.code !== BETWEEN_NODES) this.#addFinding(finding, node);
    this.#nodes.push(node);
  }

  /** @returns what differs: findings first, then Services, then settings. */
  compare(): NodeComparison {
    return {
      nodes: this.#nodes,
      differences: [
        ...[...this.#findings].sort(byKey).flatMap(([code, found]) => this.#compareFinding(code, found)),
        ...[...this.#groupPorts()].sort(byKey).flatMap(([label, port]) => this.#comparePort(label, port)),
        ...[...this.#settings].flatMap(([name, groups]) => compareSetting(name, groups)),
      ],
    };
  }

  #addFinding(finding: ReportedFinding, node: string): void {
    const found = entryOf(this.#findings, finding.code, () => ({
      title: finding.title,
      nodes: new Set<string>(),
      objects: new Map<string, Set<string>>(),
    }));
    found.nodes.add(node);
    // Pods are a node's own: that each has others says nothing.
    for (const object of partsOf(finding).filter((name) => !name.startsWith('pod ')))
      entryOf(found.objects, object, () => new Set<string>()).add(node);
  }

  #compareFinding(code: string, { title, nodes, objects }: Found): NodeDifference[] {
    const what = `${code} ${title}`;
    if (nodes.size < this.#nodes.length)
      return [this.#presence(code, what, nodes, [...objects.keys()].sort())];
    return [...objects]
      .sort(byKey)
      .filter(([, on]) => on.size < this.#nodes.length)
      .map(([object, on]) => this.#presence(code, what, on, [object]));
  }

  /** Those that have a finding differ, unless most nodes have it: then those differ that have it not. */
  #presence(code: string, what: string, on: ReadonlySet<string>, objects: readonly string[]): NodeDifference {
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

  /** @returns what nodes do with each Service port that not all of them do the same with. */
  #groupPorts(): Map<string, PortGroups> {
    const kinds = [...new Set(this.#serving.map(({ services }) => services))];
    const [first] = kinds;
    const labels = new Set(kinds.flatMap((services) => [...services.keys()]));
    // The pool holds equal ports once.
    const unlike = [...labels].filter((label) => kinds.some((each) => each.get(label) !== first?.get(label)));
    const groups = new Map<string, PortGroups>();
    for (const { node, services } of this.#serving) {
      for (const label of unlike) {
        const port = services.get(label);
        if (port !== undefined) addPort(entryOf(groups, label, newPort), port, node);
      }
    }
    return groups;
  }

  #comparePort(label: string, { places, facets, unlike }: PortGroups): NodeDifference[] {
    const having = new Set([...places.values()].flatMap(({ nodes }) => nodes));
    for (const { node } of this.#serving) if (!having.has(node)) addTo(places, '[]', [], node);
    const compared: [Facet, Groups<readonly string[]>][] = [['places', places]];
    for (const [facet, groups] of facets) if (!unlike.has(facet)) compared.push([facet, groups]);
    return compared.flatMap(([facet, groups]) => {
      const { rest, odd } = splitOff(groups);
      return odd.map(({ value, nodes }) => ({
        kind: 'service' as const,
        subject: label,
        nodes,
        rest: rest?.nodes ?? [],
        message: `${label}: ${rest === null ? portText(facet, value) : portDifference(facet, value, rest.value)}`,
      }));
    });
  }
}

/** It is of two nodes, and where it is told nothing has to differ from the rest. */
const BETWEEN_NODES = 'KP133';

interface Found {
  readonly title: string;
  readonly nodes: Set<string>;
  readonly objects: Map<string, Set<string>>;
}

type ServicesOfNode = NonNullable<NodeProfile['services']>;

interface PortGroups {
  readonly places: Groups<readonly string[]>;
  readonly facets: Map<Facet, Groups<readonly string[]>>;
  /** What some node cannot tell, or may do in its own way. */
  readonly unlike: Set<Facet>;
}

const newGroups = (): Groups<string> => new Map();
const newPort = (): PortGroups => ({ places: new Map(), facets: new Map(), unlike: new Set() });
const FACETS = ['endpoints', 'shares', 'affinity', 'sourceRanges'] as const;

function addPort({ places, facets, unlike }: PortGroups, port: ProgrammedPort, node: string): void {
  addTo(places, JSON.stringify(port.places), port.places, node);
  for (const facet of FACETS) {
    const words = port[facet];
    if (words === null) unlike.add(facet);
    else
      addTo(
        entryOf(facets, facet, () => new Map()),
        JSON.stringify(words),
        words,
        node,
      );
  }
}

function compareSetting(name: string, groups: Groups<string>): NodeDifference[] {
  const { rest, odd } = splitOff(groups);
  return odd.map(({ value, nodes }) => ({
    kind: 'setting',
    subject: name,
    nodes,
    rest: rest?.nodes ?? [],
    message: rest === null ? `${name}: ${value}` : `${name}: ${value}, the rest ${rest.value}`,
  }));
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

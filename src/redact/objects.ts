import { type Fields, isFields, listOf, textOf } from '../json/fields.ts';
import { isReadAnnotation, neutralAnnotations } from '../kubernetes/annotations.ts';
import { readDocuments } from '../kubernetes/documents.ts';
import { splitLargeList } from '../kubernetes/large-list.ts';
import type { ObjectKind } from '../kubernetes/object-fields.ts';
import { ObjectListWriter } from '../kubernetes/object-list.ts';
import { DEEPEST_LIST } from '../kubernetes/parse-objects.ts';
import { pruneObject } from '../kubernetes/prune.ts';
import { textsIn } from '../kubernetes/shape.ts';
import { dictionary } from '../lookup/dictionary.ts';
import { parseAddress } from '../net/address.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { NameKind } from './aliases.ts';
import { isApiWord } from './known-words.ts';
import { noteNetwork } from './note-rules.ts';
import { isStateReason, isTime } from './proxy-state.ts';
import type { Renamer } from './renamer.ts';

const KINDS: readonly ObjectKind[] = ['Service', 'EndpointSlice', 'Endpoints', 'Pod', 'Node'];
const NAMED: Readonly<Record<ObjectKind, NameKind>> = {
  Service: 'service',
  EndpointSlice: 'slice',
  Endpoints: 'service',
  Pod: 'pod',
  Node: 'node',
};
/** Fields whose values the API itself defines; another value is renamed, such as the kind of a target that a company made up. */
const API_FIELDS: ReadonlySet<string> = new Set(
  'apiVersion kind type protocol phase status ipMode externalTrafficPolicy internalTrafficPolicy sessionAffinity ipFamilies ipFamilyPolicy addressType trafficDistribution restartPolicy deletionTimestamp service.kubernetes.io/headless'.split(
    ' ',
  ),
);
const ADDRESSES: ReadonlySet<string> = new Set([
  'ip',
  'podIP',
  'hostIP',
  'clusterIP',
  'clusterIPs',
  'externalIPs',
  'addresses',
]);
const NETWORKS: ReadonlySet<string> = new Set(['podCIDR', 'podCIDRs', 'loadBalancerSourceRanges']);
const NAMES = dictionary<NameKind>({
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
export async function readPrunedObjects(
  source: { readonly name: string; readonly bytes: Buffer },
  problems: ProblemList,
): Promise<ReadonlyMap<ObjectKind, readonly Fields[]>> {
  const found = new Map<ObjectKind, Fields[]>();
  const large = splitLargeList([source.bytes], true, 'at once');
  const values = large === null ? await readDocuments(source, problems) : [large.head];
  const read = (
    value: unknown,
    kindOfList: string | null,
    depth: number,
    items?: Iterable<unknown>,
  ): void => {
    if (depth > DEEPEST_LIST) return;
    if (Array.isArray(value)) for (const item of value) read(item, kindOfList, depth + 1);
    if (!isFields(value)) return;
    const kind = textOf(value.kind) ?? kindOfList ?? '';
    if (kind.endsWith('List')) {
      const itemKind = kind === 'List' ? null : kind.slice(0, -'List'.length);
      const known = KINDS.find((each) => each === itemKind);
      if (known !== undefined && !found.has(known)) found.set(known, []);
      for (const item of items ?? listOf(value.items)) read(item, itemKind, depth + 1);
      return;
    }
    const known = KINDS.find((each) => each === kind);
    const pruned = known === undefined ? null : pruneObject(known, value);
    if (known === undefined || pruned === null) return;
    const list = found.get(known);
    if (list === undefined) found.set(known, [pruned]);
    else list.push(pruned);
  };
  for (const value of values)
    read(
      value,
      null,
      0,
      large?.items(() => undefined),
    );
  return found;
}

/** Notes the names in an object, before any is renamed. */
export function noteObject(kind: ObjectKind, object: Fields, renamer: Renamer): void {
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
export function renameObjects(kind: ObjectKind, objects: readonly Fields[], renamer: Renamer): Buffer {
  const writer = new ObjectListWriter(kind);
  writer.add(objects.map((object) => walk(kind, object, renaming(renamer))));
  return writer.finish();
}

/** @returns one object in the new names, with only the fields that are read; null where it is none. */
export function renameObject(kind: ObjectKind, object: unknown, renamer: Renamer): Fields | null {
  const pruned = pruneObject(kind, object);
  return pruned === null ? null : walk(kind, pruned, renaming(renamer));
}

function renaming(renamer: Renamer): Visitor {
  return {
    name: (nameKind, name) => renamer.name(nameKind, name),
    address: (text) => renamer.address(text),
    network: (text) => renamer.prefix(text),
  };
}

interface Visitor {
  name(kind: NameKind, name: string): string;
  /** Null: the text is none. */
  address(text: string): string | null;
  network(text: string): string | null;
}

function walk(kind: ObjectKind, object: Fields, visitor: Visitor): Fields {
  const renamed: [string, unknown][] = [];
  for (const [key, value] of Object.entries(object)) {
    const given = rename(kind, [key], value, visitor);
    if (given !== undefined) renamed.push([key, given]);
  }
  return Object.fromEntries(renamed);
}

/** @param path the keys from the object down to the value. */
function rename(kind: ObjectKind, path: readonly string[], value: unknown, visitor: Visitor): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return items.map((item) => rename(kind, path, item, visitor)).filter((item) => item !== undefined);
  }
  const key = path.at(-1) ?? '';
  if (isFields(value)) {
    // A readiness gate can name a load balancer.
    if (key === 'annotations') return neutralAnnotations(textsIn(isReadAnnotation, value));
    if (key === 'conditions' && kind === 'Pod' && value.type !== 'Ready') return undefined;
    return Object.fromEntries(
      Object.entries(value)
        .map(([inner, item]) => [inner, rename(kind, [...path, inner], item, visitor)])
        .filter(([, item]) => item !== undefined),
    );
  }
  return typeof value === 'string' ? renameText(kind, path, value, visitor) : value;
}

function renameText(
  kind: ObjectKind,
  path: readonly string[],
  text: string,
  visitor: Visitor,
): string | undefined {
  const key = path.at(-1) ?? '';
  const parent = path.at(-2) ?? '';
  if (text === '') return text;
  if ((parent === 'labels' && kind === 'Pod') || parent === 'containerStatuses')
    return text === 'kube-proxy' ? text : undefined;
  if (key === 'reason') return isStateReason(text) ? text : undefined;
  if (key === 'finishedAt') return isTime(text) ? text : undefined;
  if (API_FIELDS.has(key)) return isApiWord(text) ? text : visitor.name('name', text);
  if (key === 'name') return visitor.name(kindOfName(kind, parent), text);
  if (ADDRESSES.has(key)) {
    return text === 'None' ? text : (visitor.address(text) ?? visitor.name('host', text));
  }
  if (NETWORKS.has(key)) return visitor.network(text) ?? undefined;
  if (key === 'address') return visitor.address(text) ?? visitor.name('node', text);
  const nameKind = NAMES[key];
  return nameKind === undefined ? undefined : visitor.name(nameKind, text);
}

function kindOfName(kind: ObjectKind, parent: string): NameKind {
  if (parent === 'metadata') return NAMED[kind];
  if (parent === 'ports') return 'port';
  if (parent === 'targetRef') return 'pod';
  if (parent === 'forZones') return 'zone';
  if (parent === 'forNodes') return 'node';
  return 'name';
}

import { type Fields, isFields, listOf, textOf } from '../json/fields.ts';
import type { ObjectFault, ObjectName } from '../problems/of-facts.ts';
import type { ProblemList } from '../problems/problem.ts';
import { readDocuments, reportDamage } from './documents.ts';
import { nameOf } from './fields.ts';
import { isOfApi } from './is-of-api.ts';
import { readTables } from './kubectl-table.ts';
import { type LargeList, splitLargeList } from './large-list.ts';
import { lateEndpoints, latePods } from './late-list.ts';
import { LateTexts } from './late-texts.ts';
import type { ClusterPart } from './merge-clusters.ts';
import type { ObjectKind } from './object-fields.ts';
import type { Endpoint, EndpointList, Node, Pod, PodList, Seen, Service } from './objects.ts';
import { readEndpointSlice } from './read-endpoint-slice.ts';
import { readEndpoints } from './read-endpoints.ts';
import { readNode } from './read-node.ts';
import { readPod } from './read-pod.ts';
import { readService } from './read-service.ts';

export { isKubernetes } from './is-kubernetes.ts';
export { type ClusterPart, mergeClusters } from './merge-clusters.ts';

/** A file of objects, or what the API answered. */
export interface ObjectSource {
  readonly name: string;
  /** All of it; may be read when it is asked for. */
  readonly bytes: Buffer;
  readonly size?: number;
  /** The bytes in pieces, of which one may be overwritten by the next. Absent: they are in memory. */
  chunks?(): Iterable<Buffer>;
}

/**
 * Reads what kubectl prints: JSON or YAML, single objects, lists (`List`, `ServiceList`, …, also mixed and nested), several
 * documents. Objects of other kinds are left out in silence. An object that cannot be used becomes a problem naming it.
 * @returns the part of the cluster that this file holds; pass all parts to `mergeClusters`. Never throws.
 */
export async function parseObjects(source: ObjectSource, problems: ProblemList): Promise<ClusterPart> {
  const reader = new ObjectReader(source.name, problems);
  const large = largeListIn(source);
  if (large === null) for (const value of await readDocuments(source, problems)) reader.read(value, null, 0);
  else
    reader.read(
      large.head,
      null,
      0,
      large.items(() => reportDamage(source.name, problems)),
    );
  return reader.part();
}

/**
 * Reads what kubectl printed for people: its tables, and `kubectl describe svc`.
 * @param picked only some of the rows may be there
 * @returns what was seen of the cluster, which is never all of it.
 */
export function parseTables(text: string, file: string, problems: ProblemList, picked = false): Seen {
  const { objects, endpoints, namespaceGuessed } = readTables(text, picked);
  const reader = new ObjectReader(file, problems);
  for (const object of objects) reader.read(object, null, 0);
  const { services = [], pods = [], nodes = [] } = reader.part();
  if (namespaceGuessed && (services?.length ?? 0) + (pods?.length ?? 0) > 0)
    problems.add('namespace-guessed', {}, file);
  return { services: services ?? [], pods: [...(pods ?? [])], nodes: nodes ?? [], endpoints };
}

/** Bytes from which a list is read object by object. */
const LARGE = 1024 * 1024;

/** @returns null where the file is small, or no list. */
function largeListIn(source: ObjectSource): LargeList | null {
  if ((source.size ?? source.bytes.length) < LARGE) return null;
  // Memory for a whole file costs more than to walk over it.
  const read = source.chunks === undefined ? null : splitLargeList(source.chunks(), false, 'late');
  // What is odd in the pieces may be colours of a terminal, which the bytes are without.
  return read === null || read.odd ? splitLargeList([source.bytes], true, 'late') : read;
}

type Kind = ObjectKind;
type Complain = (fault: ObjectFault) => void;
/** Lists of lists are read as deep as this: kubectl nests none. */
export const DEEPEST_LIST = 3;

class ObjectReader {
  readonly #file: string;
  readonly #problems: ProblemList;
  /** Kinds of which an object, or an empty list, was met. */
  readonly #met = new Set<Kind>();
  readonly #services: Service[] = [];
  readonly #endpoints: Endpoint[] = [];
  readonly #olderEndpoints: Endpoint[] = [];
  readonly #pods: Pod[] = [];
  readonly #nodes: Node[] = [];
  /** In place of the others of their kind. */
  #latePods: PodList | null = null;
  #lateEndpoints: EndpointList | null = null;
  /** Each reads one object. Returns false where the object has no name. */
  readonly #readers: Record<Kind, (object: Fields, complain: Complain) => boolean> = {
    Service: (object, complain) => push(this.#services, [readService(object, complain)]),
    EndpointSlice: (object, complain) => push(this.#endpoints, readEndpointSlice(object, complain)),
    Endpoints: (object, complain) => push(this.#olderEndpoints, readEndpoints(object, complain)),
    Pod: (object) => push(this.#pods, [readPod(object)]),
    Node: (object) => push(this.#nodes, [readNode(object)]),
  };

  constructor(file: string, problems: ProblemList) {
    this.#file = file;
    this.#problems = problems;
  }

  /**
   * @param kindOfList the kind of the items of a typed list, which need not repeat it.
   * @param items of a list, where they are not its own field.
   */
  read(value: unknown, kindOfList: string | null, depth: number, items?: Iterable<unknown>): void {
    if (depth > DEEPEST_LIST || value === null) return;
    if (value instanceof LateTexts) {
      this.#readLate(value);
      return;
    }
    if (Array.isArray(value)) {
      // A bare list: `kubectl get … -o json | jq .items`.
      for (const item of value) this.read(item, kindOfList, depth + 1);
      return;
    }
    if (!isFields(value)) {
      this.#complain(null, 'no-object');
      return;
    }
    const kind = textOf(value.kind) ?? kindOfList ?? (Array.isArray(value.items) ? 'List' : null);
    if (kind === null) {
      this.#complain(null, 'no-kind');
      return;
    }
    if (kind.endsWith('List')) {
      const itemKind = kind === 'List' ? null : kind.slice(0, -'List'.length);
      if (itemKind !== null && this.#isKind(itemKind)) this.#met.add(itemKind);
      this.#checkPages(value);
      for (const item of items ?? listOf(value.items)) this.read(item, itemKind, depth + 1);
      return;
    }
    if (this.#isKind(kind) && isOfApi(kind, textOf(value.apiVersion))) this.#readObject(kind, value);
  }

  part(): ClusterPart {
    return {
      ...(this.#met.has('Service') ? { services: this.#services } : {}),
      ...(this.#met.has('EndpointSlice') ? { endpoints: this.#lateEndpoints ?? this.#endpoints } : {}),
      ...(this.#met.has('Endpoints') ? { olderEndpoints: this.#olderEndpoints } : {}),
      ...(this.#met.has('Pod') ? { pods: this.#latePods ?? this.#pods } : {}),
      ...(this.#met.has('Node') ? { nodes: this.#nodes } : {}),
    };
  }

  /** The API's `limit=`: a list that is not the last page says where the next one goes on. */
  #checkPages({ metadata }: Fields): void {
    if (!isFields(metadata) || (textOf(metadata.continue) ?? '') === '') return;
    this.#problems.add('truncated', { what: 'object-pages' }, this.#file, null);
  }

  #isKind(kind: string): kind is Kind {
    return Object.hasOwn(this.#readers, kind);
  }

  #readLate(texts: LateTexts): void {
    this.#met.add(texts.kind);
    if (texts.kind === 'Pod') this.#latePods = latePods(texts);
    else this.#lateEndpoints = lateEndpoints(texts);
  }

  #readObject(kind: Kind, object: Fields): void {
    this.#met.add(kind);
    const complain: Complain = (fault) => this.#complain({ kind, name: nameOf(object) }, fault);
    if (!this.#readers[kind](object, complain)) complain('no-name');
  }

  #complain(object: ObjectName | null, fault: ObjectFault): void {
    this.#problems.add('malformed-object', { object, fault }, this.#file, null);
  }
}

function push<Item>(list: Item[], items: readonly (Item | null)[] | null): boolean {
  for (const item of items ?? [null]) {
    if (item === null) return false;
    list.push(item);
  }
  return true;
}

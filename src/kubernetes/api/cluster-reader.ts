import type { ProblemList } from '../../problems/problem.ts';
import type { ObjectKind } from '../object-fields.ts';
import { OBJECT_FILES, ObjectListWriter } from '../object-list.ts';
import { pruneObject } from '../prune.ts';
import { ApiError } from './api-error.ts';
import type { ApiRequest } from './api-request.ts';
import type { ApiConnection, ApiLimits } from './connection.ts';
import { listObjects } from './list-objects.ts';

/** A list as a capture folder holds it. */
export interface ObjectFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Whole objects a page: Pods and Nodes are large, a slice has up to 1000 endpoints. kubectl takes 500 of each. */
const PAGE: Readonly<Record<ObjectKind, number>> = {
  Service: 500,
  EndpointSlice: 100,
  Endpoints: 100,
  Pod: 250,
  Node: 100,
};

/** Where the endpoints may be, newest first: discovery v1 came with 1.21, v1beta1 with 1.17. */
const ENDPOINT_PLACES: readonly { readonly kind: ObjectKind; readonly path: string }[] = [
  { kind: 'EndpointSlice', path: '/apis/discovery.k8s.io/v1' },
  { kind: 'EndpointSlice', path: '/apis/discovery.k8s.io/v1beta1' },
  { kind: 'Endpoints', path: '/api/v1' },
];

const RESOURCES: Readonly<Record<ObjectKind, string>> = {
  Service: 'services',
  EndpointSlice: 'endpointslices.discovery.k8s.io',
  Endpoints: 'endpoints',
  Pod: 'pods',
  Node: 'nodes',
};

/** Reads the lists that a question needs, each on its own: one that fails does not take the others along. */
export class ClusterReader {
  readonly #connection: ApiConnection;
  readonly #request: ApiRequest;
  readonly #limits: ApiLimits;
  readonly #problems: ProblemList;
  /** The first list's failure. */
  first: ApiError | null = null;

  constructor(connection: ApiConnection, request: ApiRequest, limits: ApiLimits, problems: ProblemList) {
    this.#connection = connection;
    this.#request = request;
    this.#limits = limits;
    this.#problems = problems;
  }

  /** Services first and alone: where the server cannot be asked at all, that is said once. */
  async read(): Promise<ObjectFile[]> {
    const services = await this.#attempt('Service', () => this.#list('Service', '/api/v1'));
    const others = await Promise.all([
      this.#attempt('EndpointSlice', () => this.#listEndpoints()),
      this.#attempt('Pod', () => this.#listPods()),
      this.#attempt('Node', () => this.#list('Node', '/api/v1')),
    ]);
    return [services, ...others].filter((file) => file !== null);
  }

  async #attempt(kind: ObjectKind, read: () => Promise<ObjectFile | null>): Promise<ObjectFile | null> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ApiError) || error.endsAll(kind === 'Service')) throw error;
      this.first ??= error;
      this.#problems.add(error.code, { said: error.message, effect: 'without', objects: RESOURCES[kind] });
      return null;
    }
  }

  async #listEndpoints(): Promise<ObjectFile | null> {
    for (const { kind, path } of ENDPOINT_PLACES) {
      try {
        return await this.#list(kind, path);
      } catch (error) {
        const absent = error instanceof ApiError && error.code === 'api-not-found';
        if (!absent || kind === 'Endpoints') throw error;
      }
    }
    return null;
  }

  async #listPods(): Promise<ObjectFile | null> {
    const { pods } = this.#request;
    if (pods.kind === 'none') return null;
    if (pods.kind === 'all') return await this.#list('Pod', '/api/v1');
    const writer = new ObjectListWriter('Pod');
    if (pods.node !== null)
      await this.#fill(writer, 'Pod', '/api/v1', null, `spec.nodeName=${escapeSelector(pods.node)}`);
    for (const { namespace, name } of pods.named) {
      await this.#fill(writer, 'Pod', '/api/v1', namespace, `metadata.name=${escapeSelector(name)}`);
    }
    return { name: OBJECT_FILES.Pod, bytes: writer.finish() };
  }

  /** Lists the whole cluster; where only a namespace is allowed, that one, and says so. */
  async #list(kind: ObjectKind, path: string): Promise<ObjectFile> {
    const writer = new ObjectListWriter(kind);
    try {
      await this.#fill(writer, kind, path, null, null);
    } catch (error) {
      const namespace = this.#request.namespace ?? this.#connection.access.namespace;
      const forbidden = error instanceof ApiError && error.code === 'api-forbidden';
      if (!forbidden || namespace === null || kind === 'Node') throw error;
      writer.clear();
      try {
        await this.#fill(writer, kind, path, namespace, null);
      } catch {
        throw error;
      }
      const objects = RESOURCES[kind];
      this.#problems.add('api-forbidden', {
        said: error.message,
        effect: 'one-namespace',
        objects,
        namespace,
      });
    }
    return { name: OBJECT_FILES[kind], bytes: writer.finish() };
  }

  async #fill(
    writer: ObjectListWriter,
    kind: ObjectKind,
    path: string,
    namespace: string | null,
    fieldSelector: string | null,
  ): Promise<void> {
    const resource = RESOURCES[kind];
    const where = kind === 'Node' ? '' : namespace === null ? ' in all namespaces' : ` in ${namespace}`;
    this.#request.onProgress?.(`asking the API server for ${resource}`);
    const plural = resource.replace(/\..*$/, '');
    const within = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    await listObjects(
      this.#connection,
      {
        path: `${path}${within}/${plural}`,
        what: `list ${resource}${where}`,
        pageSize: PAGE[kind],
        onWait: (text) => this.#request.onProgress?.(text),
        ...(fieldSelector === null ? {} : { query: { fieldSelector } }),
      },
      this.#limits,
      (items) => writer.add(items.map((item) => pruneObject(kind, item)).filter((item) => item !== null)),
      () => writer.clear(),
    );
  }
}

/** A comma or an equals sign would begin another selector (apimachinery, fields.EscapeValue). */
function escapeSelector(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

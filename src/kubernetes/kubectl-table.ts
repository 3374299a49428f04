import type { Fields } from '../json/fields.ts';
import { dictionary } from '../lookup/dictionary.ts';
import { type Described, readDescribed, readDescribedEndpoints } from './kubectl-describe.ts';
import { readEndpointsRow } from './kubectl-endpoints.ts';
import type { SeenEndpoints } from './objects.ts';
import { NOT_SHOWN } from './read-service.ts';

/** What kubectl printed for people, read as objects of the API with the few fields that it shows. */
export interface SeenObjects {
  readonly objects: readonly Fields[];
  /** What stood in tables of Endpoints and of EndpointSlices, a row each. */
  readonly endpoints: readonly SeenEndpoints[];
  /** True where no column and no option of the command says which namespace it is: `default` stands for it. */
  readonly namespaceGuessed: boolean;
}

type Row = Readonly<Record<string, string>>;

/** How many words of a row can be told: what follows may hold blanks. */
const TOLD = 9;

/**
 * Reads tables of `kubectl get svc|ep|endpointslices|pods|nodes [-o wide] [-A]` and `kubectl describe svc`, one after another, each perhaps behind
 * its command. Other tables tell nothing here. Lines that fit nothing are left out.
 * @param picked only some of the rows may be there
 */
export function readTables(text: string, picked: boolean): SeenObjects {
  const objects: Fields[] = [];
  const endpoints: SeenEndpoints[] = [];
  let columns: readonly string[] | null = null;
  let asked: string | null = null;
  let words: readonly string[] = [];
  let guessed = false;
  let described: Described[] = [];
  // Service kubernetes is in namespace default, and only there.
  const proven = /^kubernetes\s+ClusterIP\s/m.test(text);
  const namespaceOf = (own: string | undefined): string => {
    guessed ||= own === undefined && asked === null && !proven;
    return own ?? asked ?? 'default';
  };
  const endDescription = (): void => {
    const object = readDescribed(described);
    if (object !== null) objects.push(object);
    endpoints.push(...readDescribedEndpoints(described, picked));
    described = [];
  };
  for (const line of text.split('\n')) {
    const field = /^\s*([A-Za-z][\w /-]*):(?:\s+(.*?))?\s*$/.exec(line);
    if (/\b(?:kubectl|oc)\s/.test(line)) {
      endDescription();
      asked = /\s(?:-n|--namespace)[= ]?(\S+)/.exec(line)?.[1] ?? null;
      words = line.trim().split(/[\s/]+/);
      columns = null;
    } else if (/^(?:NAMESPACE\s+)?NAME\s/.test(line)) {
      endDescription();
      columns = line.trim().split(/\s+/);
    } else if (field !== null && (columns === null || field[1] === 'Name')) {
      columns = null;
      if (field[1] === 'Name') endDescription();
      described.push({ key: field[1] ?? '', value: field[2] ?? '' });
    } else if (columns !== null) {
      const row = rowOf(columns, line);
      const name = nameIn(row);
      if (name !== null && row.ENDPOINTS !== undefined) {
        const isPart = picked || words.includes(name);
        endpoints.push(...readEndpointsRow(row, name, row.NAMESPACE ?? asked, line, isPart));
      }
      const object = name === null ? null : objectOf(row, name, namespaceOf);
      if (object !== null) objects.push(object);
    }
  }
  endDescription();
  return { objects, endpoints, namespaceGuessed: guessed };
}

/** `3 (2d ago)` in the column of restarts is one value of three words. */
function rowOf(columns: readonly string[], line: string): Row {
  const words = line
    .replace(/ \([^)]* ago\)/, '')
    .trim()
    .split(/\s+/);
  return Object.fromEntries(columns.slice(0, TOLD).map((column, index) => [column, words[index] ?? '']));
}

/** `kubectl get svc,ep` says of each what it is. */
function nameIn(row: Row): string | null {
  const name = (row.NAME ?? '').replace(
    /^(?:service|pod|node|endpoints|endpointslice\.discovery\.k8s\.io)\//,
    '',
  );
  return /^[a-z0-9][a-z0-9.-]*$/.test(name) ? name : null;
}

function objectOf(row: Row, name: string, namespaceOf: (own: string | undefined) => string): Fields | null {
  if (row['CLUSTER-IP'] !== undefined) return serviceOf(row, name, namespaceOf);
  if (row.READY !== undefined && row.IP !== undefined) return podOf(row, name, namespaceOf);
  if (row['INTERNAL-IP'] !== undefined) return nodeOf(row, name);
  return null;
}

function serviceOf(row: Row, name: string, namespaceOf: (own: string | undefined) => string): Fields | null {
  const ports = portsOf(row['PORT(S)'] ?? '');
  const type = row.TYPE ?? 'ClusterIP';
  if (ports === null || !/^(?:ClusterIP|NodePort|LoadBalancer|ExternalName)$/.test(type)) return null;
  const outside = (row['EXTERNAL-IP'] ?? '').split(',').filter((one) => /^[\da-f]*[.:][\da-f.:]+$/.test(one));
  const balanced = type === 'LoadBalancer';
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: namespaceOf(row.NAMESPACE) },
    spec: {
      type,
      clusterIP: row['CLUSTER-IP'],
      ports,
      ...(balanced ? {} : { externalIPs: outside }),
    },
    ...(balanced ? { status: { loadBalancer: { ingress: outside.map((ip) => ({ ip })) } } } : {}),
  };
}

/** `80/TCP,443:30443/TCP`, or `<none>`. @returns null for what is no such list. */
function portsOf(text: string): Fields[] | null {
  if (text === '<none>') return [];
  const found = text.split(',').map((one) => /^(\d+)(?::(\d+))?\/(TCP|UDP|SCTP)$/.exec(one));
  const ports = found.flatMap((match) =>
    match === null
      ? []
      : [
          {
            port: Number(match[1]),
            protocol: match[3] ?? '',
            targetPort: NOT_SHOWN,
            ...(match[2] === undefined ? {} : { nodePort: Number(match[2]) }),
          },
        ],
  );
  return ports.length === found.length ? ports : null;
}

function podOf(row: Row, name: string, namespaceOf: (own: string | undefined) => string): Fields | null {
  const [, ready, all] = /^(\d+)\/(\d+)$/.exec(row.READY ?? '') ?? [];
  if (ready === undefined) return null;
  const isReady = ready === all && row.STATUS === 'Running';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: namespaceOf(row.NAMESPACE) },
    spec: row.NODE === '<none>' ? {} : { nodeName: row.NODE },
    status: {
      phase: PHASES[row.STATUS ?? ''] ?? 'Running',
      podIP: row.IP,
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
    },
  };
}

const PHASES = dictionary<string>({
  Completed: 'Succeeded',
  Error: 'Failed',
  Evicted: 'Failed',
  Pending: 'Pending',
});

function nodeOf(row: Row, name: string): Fields {
  const addresses = [
    { type: 'InternalIP', address: row['INTERNAL-IP'] },
    { type: 'ExternalIP', address: row['EXTERNAL-IP'] },
  ].filter(({ address }) => address !== undefined && address !== '<none>');
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { addresses } };
}

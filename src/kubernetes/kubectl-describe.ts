import type { Fields } from '../json/fields.ts';
import { seenOf } from './kubectl-endpoints.ts';
import type { SeenEndpoints } from './objects.ts';
import { NOT_SHOWN } from './read-service.ts';

/** A line of `kubectl describe`. */
export interface Described {
  readonly key: string;
  readonly value: string;
}

/**
 * Reads `kubectl describe svc`.
 * @param lines in order; those of a port stand behind one another.
 * @returns the Service, or null for the description of another kind.
 */
export function readDescribed(lines: readonly Described[]): Fields | null {
  const last = (key: string): string | null => {
    const value = lines.findLast((line) => line.key === key)?.value ?? '<none>';
    return value === '<none>' || value === '' ? null : value;
  };
  const name = last('Name');
  const type = last('Type');
  const clusterIP = last('IP');
  if (name === null || type === null || clusterIP === null || last('Port') === null) return null;
  const ports: {
    name: string;
    port: number;
    protocol: string;
    targetPort: string | typeof NOT_SHOWN;
    nodePort?: number;
  }[] = [];
  for (const [index, { key, value }] of lines.entries()) {
    const target = key === 'TargetPort' ? /^(\S+)\/(?:TCP|UDP|SCTP)$/.exec(value)?.[1] : undefined;
    const own = ports.at(-1);
    // It stands behind its port (describeService of kubectl); where lines were picked it may be another's.
    if (target !== undefined && own !== undefined && lines[index - 1]?.key === 'Port')
      own.targetPort = target;
    const [, label = '', number, protocol] = /^(\S+)\s+(\d+)\/(TCP|UDP|SCTP)$/.exec(value) ?? [];
    if (number === undefined || protocol === undefined) continue;
    if (key === 'Port')
      ports.push({
        name: label === '<unset>' ? '' : label,
        port: Number(number),
        protocol,
        targetPort: NOT_SHOWN,
      });
    else if (key === 'NodePort' && own !== undefined) own.nodePort = Number(number);
  }
  const list = (text: string | null): string[] => text?.split(/,\s*/).filter((one) => one !== '') ?? [];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: last('Namespace') ?? 'default' },
    spec: {
      type,
      clusterIP,
      ports,
      externalIPs: list(last('External IPs')),
      sessionAffinity: last('Session Affinity') ?? undefined,
      externalTrafficPolicy: last('External Traffic Policy') ?? undefined,
      internalTrafficPolicy: last('Internal Traffic Policy') ?? undefined,
    },
    status: { loadBalancer: { ingress: list(last('LoadBalancer Ingress')).map(ingressOf) } },
  };
}

/** `192.0.2.7`, since Kubernetes 1.29 with its mode behind: `192.0.2.7 (VIP)`. */
function ingressOf(text: string): Fields {
  const [, ip = text, ipMode] = /^(\S+) \((\w+)\)$/.exec(text) ?? [];
  return ipMode === undefined ? { ip } : { ip, ipMode };
}

/**
 * @param picked only some of the lines may be there: those of another port may be missing
 * @returns the endpoints that `kubectl describe svc` shows, those of all its ports together.
 */
export function readDescribedEndpoints(lines: readonly Described[], picked: boolean): SeenEndpoints[] {
  const name = lines.find(({ key }) => key === 'Name')?.value;
  const namespace = lines.find(({ key }) => key === 'Namespace')?.value ?? null;
  const lists = lines.flatMap(({ key, value }) => (key === 'Endpoints' && value !== '' ? [value] : []));
  if (name === undefined) return [];
  return lists.flatMap((list) =>
    seenOf(name, namespace, list.replace(/\s\+ \d+ more.*/, ''), !picked && !/\+ \d+ more/.test(list)),
  );
}

import type { Service } from '../../kubernetes/objects.ts';
import type { ServiceItem } from '../service-list.ts';
import type { ServiceDraft } from './service-draft.ts';
import type { ServiceNaming } from './service-naming.ts';
import type { PortName } from './socket-index.ts';

/** A draft's name and where it comes from. */
export interface DraftName extends Pick<ServiceItem, 'namespace' | 'name' | 'port' | 'namedBy' | 'conflict'> {
  /** Protocol that the name's source tells; null where it tells none. */
  readonly protocol: string | null;
  readonly service: Service | null;
}

/**
 * Names a draft: by an API object whose hash is in the chain names, else by an API object that has one of the addresses, else
 * by comment. A comment that the hash of its own chain refutes names nothing: it is reported as a conflict.
 * @param protocol the draft's protocol, where it is known
 * @param endpointComment comment of a rule that chooses an endpoint, for chains that nothing leads to
 */
export function nameDraft(
  draft: ServiceDraft,
  protocol: string | null,
  endpointComment: string | null,
  naming: ServiceNaming,
): DraftName {
  const comments = [...draft.entries, ...draft.refusals].map(({ comment }) => comment);
  const said = [...comments, endpointComment].flatMap((comment) => {
    const name = comment === null ? null : naming.nameIn(comment);
    return name === null ? [] : [name];
  });
  const found = byHash(draft, comments[0] ?? null, naming) ?? byAddress(draft, naming);
  if (found !== null) {
    const other = said.find((name) => !sameName(name, found.name));
    const { namedBy, service } = found;
    const conflict = other === undefined ? null : labelOf(other);
    return { namedBy, service, protocol: found.protocol, conflict, ...nameFields(found.name) };
  }
  const [first] = said;
  const nothing = {
    namespace: null,
    name: null,
    port: null,
    namedBy: 'none',
    protocol: null,
    service: null,
    conflict: null,
  } as const;
  if (first === undefined) return nothing;
  if (draft.chains.size > 0) {
    const protocols = protocol === null ? ['tcp', 'udp', 'sctp'] : [protocol];
    const confirmed = said.find((name) =>
      protocols.some((each) => naming.suffixesOf(name, each).includes(draft.suffix ?? '')),
    );
    if (confirmed === undefined) return { ...nothing, conflict: labelOf(first) };
    const other = said.find((name) => !sameName(name, confirmed));
    return {
      ...nothing,
      ...nameFields(confirmed),
      namedBy: 'comment',
      conflict: other === undefined ? null : labelOf(other),
    };
  }
  return { ...nothing, ...nameFields(first), namedBy: 'comment' };
}

interface Found {
  readonly name: PortName;
  readonly namedBy: 'hash' | 'api';
  readonly protocol: string | null;
  readonly service: Service | null;
}

/** @param comment of one Service, which is hashed before all others are. */
function byHash(draft: ServiceDraft, comment: string | null, naming: ServiceNaming): Found | null {
  for (const chain of draft.chains) {
    const port = naming.byChain(chain, comment);
    if (port !== null) return { namedBy: 'hash', ...port };
  }
  return null;
}

function byAddress(draft: ServiceDraft, naming: ServiceNaming): Found | null {
  for (const { address, port, protocol, printed } of [...draft.entries, ...draft.refusals]) {
    if (port === null || protocol === null || printed !== null) continue;
    const found = naming.bySocket(address, port, protocol);
    if (found !== null) return { ...found, namedBy: 'api' };
  }
  return null;
}

function nameFields(name: PortName): Pick<DraftName, 'namespace' | 'name' | 'port'> {
  return { namespace: name.namespace, name: name.service, port: name.port === '' ? null : name.port };
}

function sameName(a: PortName, b: PortName): boolean {
  return a.namespace === b.namespace && a.service === b.service && a.port === b.port;
}

/** @returns `namespace/service:port`, as kube-proxy writes it. */
export function labelOf({ namespace, service, port }: PortName): string {
  return port === '' ? `${namespace}/${service}` : `${namespace}/${service}:${port}`;
}

import type { Endpoint } from '../kubernetes/objects.ts';
import { type ChainPrefix, KUBE } from './chains.ts';
import { chainHash, hashedTexts, SERVICE_PREFIXES, type ServicePortName } from './hash.ts';

/** What a chain stands for, confirmed by its hash. */
export interface ChainName {
  readonly prefix: ChainPrefix;
  readonly service: ServicePortName & {
    /** The Service's own port number; null where the Service itself is not known. */
    readonly portNumber: number | null;
  };
  /** For `SEP`: the endpoint; null for other prefixes and for an endpoint the API no longer has. */
  readonly endpoint: Endpoint | null;
}

/** The two parts of a per-Service chain name. */
export interface ChainNameParts {
  readonly prefix: ChainPrefix;
  readonly hash: string;
}

const PATTERN = new RegExp(`^${KUBE}(${SERVICE_PREFIXES.join('|')}|SEP)-([A-Z2-7]{16})$`);

/** @returns prefix and hash of a chain name that kube-proxy makes for a Service; null for any other name. */
export function splitChainName(chainName: string): ChainNameParts | null {
  const match = PATTERN.exec(chainName);
  const prefix = [...SERVICE_PREFIXES, 'SEP' as const].find((known) => known === match?.[1]);
  const hash = match?.[2];
  return prefix === undefined || hash === undefined ? null : { prefix, hash };
}

/**
 * Checks a name that a comment gives against the hash in the chain's name, with nothing but arithmetic: what agrees is
 * certain even without the API.
 * @param endpoint for `KUBE-SEP-…` the endpoint as the DNAT rule or the comment has it: `10.0.0.1:80`, `[fd00::1]:80`.
 * @returns the protocol with which the name gives this hash, or null where none does.
 */
export function confirmChainName(
  chainName: string,
  service: Omit<ServicePortName, 'protocol'>,
  endpoint: string | null = null,
): string | null {
  const parts = splitChainName(chainName);
  if (parts === null || (parts.prefix === 'SEP') !== (endpoint !== null)) return null;
  const isHash = (text: string) => chainHash(text + (endpoint ?? '')) === parts.hash;
  const found = ['TCP', 'UDP', 'SCTP'].find((protocol) => hashedTexts({ ...service, protocol }).some(isHash));
  return found ?? null;
}

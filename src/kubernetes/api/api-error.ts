import type { ApiFault } from '../../problems/of-nodes.ts';

/** Codes that end all talk with the server: what holds for one resource then holds for every other. */
const FATAL: ReadonlySet<ApiFault> = new Set([
  'no-kubeconfig',
  'unreadable-kubeconfig',
  'unknown-context',
  'incomplete-kubeconfig',
  'credential-plugin',
  'unreadable-credentials',
  'api-dns',
  'api-refused',
  'api-unreachable',
  'api-tls',
  'api-unauthorized',
  'api-aborted',
]);

/** On the first request these mean that the server as a whole is not what it should be; later, one list failed. */
const FATAL_AT_FIRST: ReadonlySet<ApiFault> = new Set([
  'api-timeout',
  'api-cut-off',
  'api-not-found',
  'api-not-json',
]);

/** The API could not be asked, or did not answer with what was asked for. The message says which way is out. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiFault;
  /** 2 where the command line or kubeconfig is wrong, 3 where the cluster cannot be reached: the contract's statuses. */
  readonly exitStatus: 2 | 3;

  constructor(code: ApiFault, message: string) {
    super(message);
    this.code = code;
    const wrongUse = code === 'unknown-context' || code === 'unreadable-kubeconfig';
    this.exitStatus = wrongUse ? 2 : 3;
  }

  /** @returns true where no other request to this server can fare better. */
  endsAll(first: boolean): boolean {
    return FATAL.has(this.code) || (first && FATAL_AT_FIRST.has(this.code));
  }
}

/** @returns the code that Node gives an error of the operating system or of TLS, or the empty string. */
export function nodeCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** @returns the last words of an error, on one line and short. */
export function lastWordsOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}

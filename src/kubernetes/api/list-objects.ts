import { setTimeout as pause } from 'node:timers/promises';
import { type Fields, isFields, textOf } from '../../json/fields.ts';
import type { ApiAnswer } from './api-answer.ts';
import { ApiError } from './api-error.ts';
import type { ApiConnection, ApiLimits } from './connection.ts';
import { describeConnectionError, describeStatus } from './describe-failure.ts';

/** What to list. */
export interface ListRequest {
  /** `/api/v1/services`. */
  readonly path: string;
  /** `list services in all namespaces`: the verb and resource that a role must grant. */
  readonly what: string;
  /** Objects a page. */
  readonly pageSize: number;
  /** `fieldSelector` and `labelSelector`. */
  readonly query?: Readonly<Record<string, string>>;
}

const ATTEMPTS = 4;
const LONGEST_PAUSE_MS = 5000;
const RETRIED: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/**
 * Lists objects page by page, so that only one page of whole objects is in memory. A list that expired while it was
 * read (410 Gone: etcd compacted it) starts anew, and the second time in one piece, as client-go's pager does.
 * @param take gets each page's objects.
 * @param restart says that what was taken so far does not count.
 * Throws ApiError.
 */
export async function listObjects(
  connection: ApiConnection,
  request: ListRequest,
  limits: ApiLimits,
  take: (items: readonly unknown[]) => void,
  restart: () => void,
): Promise<void> {
  for (let expired = 0; ; expired++) {
    const pageSize = expired < 2 ? request.pageSize : 0;
    if (await listOnce(connection, { ...request, pageSize }, limits, take)) return;
    restart();
    if (expired >= 3) {
      throw new ApiError('api-failed', `${request.what}: the list expires faster than it can be read (410)`);
    }
  }
}

/** @returns false where the list expired. */
async function listOnce(
  connection: ApiConnection,
  request: ListRequest,
  limits: ApiLimits,
  take: (items: readonly unknown[]) => void,
): Promise<boolean> {
  let next = '';
  for (;;) {
    const query = new URLSearchParams(request.query);
    if (request.pageSize > 0) query.set('limit', String(request.pageSize));
    if (next !== '') query.set('continue', next);
    const tail = query.size === 0 ? '' : `?${query}`;
    const answer = await getPatiently(connection, request.path + tail, limits);
    if (answer.status === 410 && next !== '') return false;
    if (answer.status !== 200) throw describeStatus(answer, request.what, connection.access);
    const page = parsePage(answer, request.what, connection);
    take(page.items);
    if (page.next === '') return true;
    if (page.next === next) {
      throw new ApiError('api-failed', `${request.what}: the server gives the same page again and again`);
    }
    next = page.next;
  }
}

/** Tries again where the server is overloaded or the connection broke: waits as told by Retry-After, else ever longer. */
async function getPatiently(connection: ApiConnection, path: string, limits: ApiLimits): Promise<ApiAnswer> {
  for (let attempt = 1; ; attempt++) {
    const last = attempt === ATTEMPTS;
    let wait = Math.min(limits.pauseMs * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
    try {
      const answer = await connection.get(path);
      if (last || !RETRIED.has(answer.status)) return answer;
      const told = Number(answer.headers['retry-after']);
      if (told > 0) wait = Math.min(told * 1000, LONGEST_PAUSE_MS);
    } catch (error) {
      if (last || !(error instanceof ApiError) || error.code !== 'api-cut-off') throw error;
    }
    try {
      await pause(wait, undefined, { signal: connection.signal });
    } catch (error) {
      throw describeConnectionError(error, connection.access, connection.signal);
    }
  }
}

function parsePage(
  answer: ApiAnswer,
  what: string,
  { access }: ApiConnection,
): { readonly items: readonly unknown[]; readonly next: string } {
  let page: unknown;
  try {
    page = JSON.parse(answer.body.toString('utf8'));
  } catch {
    page = null;
  }
  const items: unknown = isFields(page) ? page.items : undefined;
  // Go prints a list without members as null.
  if (!isFields(page) || !(Array.isArray(items) || items === null)) {
    const type = answer.headers['content-type'] ?? 'no content type';
    throw new ApiError(
      'api-not-json',
      `the server at ${access.cluster.server} answered "${what}" with something that is no list of the Kubernetes API (${type}); is a login page or another server in between?`,
    );
  }
  const metadata: Fields = isFields(page.metadata) ? page.metadata : {};
  return { items: items ?? [], next: textOf(metadata.continue) ?? '' };
}

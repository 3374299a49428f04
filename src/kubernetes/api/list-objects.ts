import { setTimeout as pause } from 'node:timers/promises';
import { type Fields, isFields, textOf } from '../../json/fields.ts';
import type { ApiAnswer } from './api-answer.ts';
import { ApiError } from './api-error.ts';
import type { ApiConnection, ApiLimits } from './connection.ts';
import { describeConnectionError, describeStatus } from './describe-failure.ts';
import { waitBefore } from './patience.ts';

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
  /** Told in words that the server asks to wait. */
  readonly onWait: (text: string) => void;
}

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
    const answer = await getPatiently(connection, request.path + tail, limits, request.onWait);
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

/** Tries again where the server is overloaded or the connection broke, and says so where that takes a while. */
async function getPatiently(
  connection: ApiConnection,
  path: string,
  limits: ApiLimits,
  onWait: (text: string) => void,
): Promise<ApiAnswer> {
  for (let attempt = 1; ; attempt++) {
    let answer: ApiAnswer | null = null;
    let broken: unknown = null;
    try {
      answer = await connection.get(path);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'api-cut-off') throw error;
      broken = error;
    }
    const wait = waitBefore(attempt, limits.pauseMs, answer);
    if (wait === null) {
      if (answer === null) throw broken;
      return answer;
    }
    if (wait.told)
      onWait(
        `the API server asks to slow down (${answer?.status}): asking again in ${Math.ceil(wait.ms / 1000)} s`,
      );
    try {
      await pause(wait.ms, undefined, { signal: connection.signal });
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

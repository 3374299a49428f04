import * as http from 'node:http';
import * as https from 'node:https';
import type { ApiAccess } from './access.ts';
import type { ApiAnswer } from './api-answer.ts';
import { ApiError } from './api-error.ts';
import { runCredentialPlugin } from './credential-plugin.ts';
import { describeConnectionError } from './describe-failure.ts';
import type { Login } from './login.ts';

/** What asking may cost. */
export interface ApiLimits {
  /** For all requests together. */
  readonly totalMs: number;
  /** How long the server may stay silent, also in the middle of an answer. */
  readonly silenceMs: number;
  /** Bytes of one answer. A page of 500 whole Pods is some 10 MiB. */
  readonly pageBytes: number;
  /** The first pause before a request is tried again; it doubles. */
  readonly pauseMs: number;
}

/** The limits of the program; tests use smaller ones. */
export const API_LIMITS: ApiLimits = {
  // 50,000 Pods are 400 MB. That nothing comes is noticed much sooner.
  totalMs: 300_000,
  silenceMs: 10_000,
  pageBytes: 256 * 1024 * 1024,
  pauseMs: 500,
};

/** Asks one API server. Only GET: there is no way to change anything through it. */
export class ApiConnection {
  readonly access: ApiAccess;
  readonly #options: https.RequestOptions;
  readonly #limits: ApiLimits;
  /** Ends all requests, and the pauses between them. */
  readonly signal: AbortSignal;

  constructor(access: ApiAccess, options: https.RequestOptions, limits: ApiLimits, signal: AbortSignal) {
    this.access = access;
    this.#options = options;
    this.#limits = limits;
    this.signal = signal;
  }

  /**
   * @param path with its query, from the server's root: `/api/v1/services?limit=500`.
   * @returns the whole answer. Throws ApiError where there is none, or only a part.
   */
  get(path: string): Promise<ApiAnswer> {
    const url = new URL(this.access.cluster.server + path);
    const { silenceMs, pageBytes } = this.#limits;
    const describe = (error: unknown): ApiError =>
      error instanceof ApiError ? error : describeConnectionError(error, this.access, this.signal);
    const answered = new Promise<ApiAnswer>((resolve, reject) => {
      const fail = (error: unknown): void => {
        request.destroy();
        reject(error);
      };
      const send = url.protocol === 'http:' ? http.request : https.request;
      const request = send(url, { ...this.#options, method: 'GET', signal: this.signal }, (answer) => {
        const pieces: Buffer[] = [];
        let length = 0;
        answer.on('data', (piece: Buffer) => {
          length += piece.length;
          pieces.push(piece);
          if (length > pageBytes) fail(tooLarge(this.access));
        });
        // A connection that closes in the middle ends as an error, not as a short answer.
        answer.on('error', (error) => fail(this.signal.aborted ? error : cutOff(this.access)));
        answer.on('end', () => {
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(pieces, length),
          });
        });
      });
      request.setTimeout(silenceMs, () => fail(silent(this.access, silenceMs)));
      request.on('error', fail);
      request.end();
    });
    // Certificates that cannot be used are thrown by the request itself.
    return answered.catch((error: unknown) => {
      throw describe(error);
    });
  }

  /** Closes what is kept open for the next request. */
  close(): void {
    const { agent } = this.#options;
    if (typeof agent === 'object') agent.destroy();
  }
}

/** @returns a connection; gets the credentials, but sends nothing yet. Throws ApiError. */
export async function connect(
  access: ApiAccess,
  login: Login,
  limits: ApiLimits,
  signal: AbortSignal,
): Promise<ApiConnection> {
  const headers: Record<string, string | string[]> = {
    accept: 'application/json',
    'user-agent': 'kp-explain',
    ...access.headers,
  };
  const whole = await loggedIn(access, login, Math.min(limits.totalMs, 30_000), signal);
  const { clientOptions } = await import('./client-options.ts');
  const options = await clientOptions(whole, signal).catch((error: unknown) => {
    throw error instanceof ApiError ? error : describeConnectionError(error, access, signal);
  });
  const all = { ...headers, ...options.headers };
  checkHeaders(all, access);
  return new ApiConnection(whole, { ...options, headers: all }, limits, signal);
}

/** @returns the access with what its credential plugin gave; the same where it has none. Throws ApiError. */
async function loggedIn(
  access: ApiAccess,
  login: Login,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ApiAccess> {
  const { exec, ...user } = access.user;
  if (exec === undefined) return access;
  return { ...access, user: { ...user, ...(await runCredentialPlugin(access, login, timeoutMs, signal)) } };
}

/** Throws ApiError, without the value, where a token or a name has a line end or what else no request can carry. */
function checkHeaders(headers: http.OutgoingHttpHeaders, { origin }: ApiAccess): void {
  for (const [name, values] of Object.entries(headers)) {
    try {
      http.validateHeaderName(name);
      for (const value of [values].flat()) http.validateHeaderValue(name, String(value));
    } catch {
      const what = name.toLowerCase() === 'authorization' ? 'token' : `name for ${name}`;
      throw new ApiError(
        'unreadable-credentials',
        `the ${what} of ${origin} cannot be sent: it has a line end or another character that no request can carry`,
      );
    }
  }
}

function silent({ cluster: { server } }: ApiAccess, ms: number): ApiError {
  return new ApiError(
    'api-timeout',
    `the API server at ${server} did not answer within ${ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`}`,
  );
}

function cutOff({ cluster: { server } }: ApiAccess): ApiError {
  return new ApiError('api-cut-off', `the answer of the API server at ${server} was cut off`);
}

function tooLarge({ cluster: { server } }: ApiAccess): ApiError {
  return new ApiError(
    'api-failed',
    `an answer of the API server at ${server} is too large to be a list page`,
  );
}

import * as http from 'node:http';
import * as https from 'node:https';
import type { ApiAccess } from './access.ts';
import { ApiError, lastWordsOf } from './api-error.ts';
import { runCredentialPlugin } from './credential-plugin.ts';
import { describeConnectionError } from './describe-failure.ts';

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
  totalMs: 60_000,
  silenceMs: 10_000,
  pageBytes: 256 * 1024 * 1024,
  pauseMs: 500,
};

/** What the server answered, whatever the status. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

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
    const url = new URL(this.access.server + path);
    const { silenceMs, pageBytes } = this.#limits;
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        request.destroy();
        reject(error instanceof ApiError ? error : describeConnectionError(error, this.access, this.signal));
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
  env: Readonly<Record<string, string | undefined>>,
  limits: ApiLimits,
  signal: AbortSignal,
): Promise<ApiConnection> {
  const headers: Record<string, string | string[]> = {
    accept: 'application/json',
    'user-agent': 'kp-explain',
    ...access.headers,
  };
  const { credentials } = access;
  let { clientCert: cert, clientKey: key } = access;
  if (credentials.kind === 'token') headers.authorization = `Bearer ${credentials.token}`;
  if (credentials.kind === 'basic') {
    const pair = Buffer.from(`${credentials.username}:${credentials.password}`);
    headers.authorization = `Basic ${pair.toString('base64')}`;
  }
  if (credentials.kind === 'plugin') {
    const timeout = Math.min(limits.totalMs, 30_000);
    const given = await runCredentialPlugin(credentials.plugin, access, env, timeout, signal);
    if (given.token !== null) headers.authorization = `Bearer ${given.token}`;
    cert = given.clientCert ?? cert;
    key = given.clientKey ?? key;
  }
  if (access.proxy !== null || credentials.kind === 'provider') {
    const { clientOptions } = await import('./client-options.ts');
    const options = await clientOptions({ ...access, clientCert: cert, clientKey: key });
    return new ApiConnection(
      access,
      { ...options, headers: { ...headers, ...options.headers } },
      limits,
      signal,
    );
  }
  return new ApiConnection(access, { agent: agentOf(access, cert, key), headers }, limits, signal);
}

function agentOf(access: ApiAccess, cert: Buffer | null, key: Buffer | null): http.Agent {
  if (access.server.startsWith('http:')) return new http.Agent({ keepAlive: true });
  try {
    return new https.Agent({
      keepAlive: true,
      rejectUnauthorized: !access.insecure,
      ...(access.ca === null ? {} : { ca: access.ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
      ...(access.tlsServerName === null ? {} : { servername: access.tlsServerName }),
    });
  } catch (error) {
    throw new ApiError(
      'unreadable-credentials',
      `the certificates of ${access.origin} cannot be used: ${lastWordsOf(error)}`,
    );
  }
}

function silent({ server }: ApiAccess, ms: number): ApiError {
  return new ApiError(
    'api-timeout',
    `the API server at ${server} did not answer within ${ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`}`,
  );
}

function cutOff({ server }: ApiAccess): ApiError {
  return new ApiError('api-cut-off', `the answer of the API server at ${server} was cut off`);
}

function tooLarge({ server }: ApiAccess): ApiError {
  return new ApiError(
    'api-failed',
    `an answer of the API server at ${server} is too large to be a list page`,
  );
}

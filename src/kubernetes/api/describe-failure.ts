import { X509Certificate } from 'node:crypto';
import { fieldsOf, textOf } from '../../json/fields.ts';
import { parseJson } from '../../json/read-json.ts';
import type { ApiFault } from '../../problems/of-nodes.ts';
import { type ApiAccess, bytesOf } from './access.ts';
import type { ApiAnswer } from './api-answer.ts';
import { ApiError, lastWordsOf, nodeCodeOf } from './api-error.ts';
import { foreignWordsOf } from './foreign-words.ts';
import { speaksTls } from './server-url.ts';

const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

/** @returns what a failed connection means, and the way out. */
export function describeConnectionError(error: unknown, access: ApiAccess, signal: AbortSignal): ApiError {
  if (signal.aborted) {
    const late = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
    return late
      ? new ApiError(
          'api-timeout',
          `asking the API server at ${access.cluster.server} took too long and was given up`,
        )
      : new ApiError('api-aborted', 'interrupted while asking the API server');
  }
  const { hostname, host } = new URL(access.cluster.server);
  const code = nodeCodeOf(error);
  const where = `the API server at ${access.cluster.server} (${access.origin})`;
  const say = (kind: ApiFault, message: string): ApiError => new ApiError(kind, message);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return say('api-dns', `the host name ${hostname} of ${where} does not resolve; check the name and DNS`);
  }
  if (code === 'ECONNREFUSED') {
    return say(
      'api-refused',
      `${where} refuses connections: nothing listens on ${host}, or a firewall rejects`,
    );
  }
  if (['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EADDRNOTAVAIL'].includes(code)) {
    return say('api-unreachable', `${where} cannot be reached (${code}); is the network or VPN up?`);
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    const expired = access.user.certData === undefined ? '' : expiryOf(access);
    if (expired !== '') return say('api-tls', `${where} does not accept the client certificate${expired}`);
    return say('api-cut-off', `${where} closed the connection before it answered`);
  }
  if (UNKNOWN_AUTHORITY.has(code)) {
    return say(
      'api-tls',
      `the certificate of ${where} is signed by an unknown authority (${code}); is its certificate-authority right?`,
    );
  }
  if (code === 'CERT_HAS_EXPIRED') return say('api-tls', `the certificate of ${where} has expired`);
  if (code === 'CERT_NOT_YET_VALID') {
    return say('api-tls', `the certificate of ${where} is not valid yet; is this machine's clock right?`);
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return say(
      'api-tls',
      `the certificate of ${where} is for another name: ${lastWordsOf(error)}; tls-server-name can name the right one`,
    );
  }
  if (/^ERR_SSL|^EPROTO/.test(code)) {
    const words = lastWordsOf(error);
    if (/certificate|alert/i.test(words)) {
      const expired = expiryOf(access);
      return say('api-tls', `${where} does not accept the client certificate (${code})${expired}`);
    }
    return say(
      'api-tls',
      `${where} does not speak TLS as expected (${code}); is it https, and the right port?`,
    );
  }
  if (/^ERR_OSSL|^ERR_CRYPTO|^ERR_INVALID_CHAR/.test(code)) {
    return say(
      'unreadable-credentials',
      `the credentials of ${access.origin} cannot be used: ${foreignWordsOf(error, access)}`,
    );
  }
  return say('api-unreachable', `${where} cannot be asked: ${foreignWordsOf(error, access)}`);
}

/**
 * @param what the resource, for instance `list services in all namespaces`.
 * @returns what an answer with an error status means, and the way out.
 */
export function describeStatus(answer: ApiAnswer, what: string, access: ApiAccess): ApiError {
  const { status } = answer;
  const words = statusWords(answer, access);
  const said = words === '' ? '' : `: ${words}`;
  const where = `the API server at ${access.cluster.server}`;
  if (!speaksTls(access.cluster.server) && (status === 401 || status === 403)) {
    return new ApiError(
      status === 401 ? 'api-unauthorized' : 'api-forbidden',
      `not allowed to ${what} (${status})${said}; no credentials are sent to ${access.cluster.server}, which has no TLS: its URL must start with https://`,
    );
  }
  if (status === 401) {
    const who = access.user.name === '' ? access.origin : `${access.user.name} (${access.origin})`;
    return new ApiError(
      'api-unauthorized',
      `${where} does not accept the credentials of ${who} (401)${expiryOf(access)}; log in anew`,
    );
  }
  if (status === 403) {
    return new ApiError(
      'api-forbidden',
      `not allowed to ${what} (403)${said}; ask for a role that grants it`,
    );
  }
  if (status === 404) {
    return new ApiError('api-not-found', `${where} does not know how to ${what} (404)${said}`);
  }
  if (status === 410) return new ApiError('api-failed', `the list changed while it was read (410)${said}`);
  if (status === 429) {
    return new ApiError('api-overloaded', `${where} asks to slow down (429)${said}; try again later`);
  }
  if (status >= 500) {
    return new ApiError('api-failed', `${where} failed to ${what} (${status})${said}; try again later`);
  }
  return new ApiError(
    'api-failed',
    `${where} answered ${what} with status ${status}${said}; is server: the URL of an API server?`,
  );
}

/** The `message` of the API's Status object. */
function statusWords({ body }: ApiAnswer, access: ApiAccess): string {
  if (body.length > 100_000) return '';
  return foreignWordsOf(textOf(fieldsOf(parseJson(body.toString('utf8'))).message) ?? '', access);
}

/** @returns a clause where the credentials themselves tell that they have expired. */
function expiryOf({ user }: ApiAccess): string {
  const times: number[] = [];
  const cert = bytesOf(user.certData);
  if (cert !== null) {
    try {
      times.push(Date.parse(new X509Certificate(cert).validTo));
    } catch {
      // Not a certificate that can be read: nothing to tell.
    }
  }
  if (user.token !== undefined) times.push(tokenExpiry(user.token));
  const past = times.find((time) => time < Date.now());
  return past === undefined ? '' : `; it expired on ${new Date(past).toISOString().replace(/\.000Z$/, 'Z')}`;
}

/** The `exp` of a JSON Web Token; NaN for other tokens. */
function tokenExpiry(token: string): number {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  const { exp } = fieldsOf(parseJson(payload));
  return typeof exp === 'number' ? exp * 1000 : Number.NaN;
}

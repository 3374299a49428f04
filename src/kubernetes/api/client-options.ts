import { Agent, type RequestOptions } from 'node:https';
import type { ApiAccess } from './access.ts';
import { ApiError } from './api-error.ts';
import { foreignWordsOf } from './foreign-words.ts';

/**
 * Has the official client make what a request needs: TLS with its certificates, proxies (HTTP, SOCKS), tokens, passwords, whom to
 * act for, and the logins of older kubeconfigs (`auth-provider`: oidc with its refresh, azure, gcp). It gets what was read
 * under our own bounds, so that it opens no file itself.
 * @param signal ends the wait for a login server.
 * @returns agent, headers and password for requests. Throws ApiError, and the signal's reason.
 */
export async function clientOptions(access: ApiAccess, signal: AbortSignal): Promise<RequestOptions> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(access.cluster, access.user);
  // Said aloud: where nothing is said the client heeds NODE_TLS_REJECT_UNAUTHORIZED, and would log in to anybody.
  const options: RequestOptions = { rejectUnauthorized: !access.cluster.skipTLSVerify };
  signal.throwIfAborted();
  try {
    await endedBy(signal, config.applyToHTTPSOptions(options));
  } catch (error) {
    signal.throwIfAborted();
    throw access.user.authProvider === undefined ? noCertificates(error, access) : noLogin(error, access);
  }
  // The client makes an agent for one request; a list has many pages.
  if (options.agent instanceof Agent) Object.assign(options.agent, { keepAlive: true });
  return options;
}

async function endedBy(signal: AbortSignal, made: Promise<void>): Promise<void> {
  let end = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason);
    signal.addEventListener('abort', end);
  });
  try {
    await Promise.race([made, ended]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function noLogin(error: unknown, access: ApiAccess): ApiError {
  // The words of JSON.parse quote what a token holds.
  const why = error instanceof SyntaxError ? 'what it holds is no token' : foreignWordsOf(error, access);
  return new ApiError(
    'credential-plugin',
    `cannot log in as ${access.origin} says: ${why}; \`${access.kubectl}\` may refresh it`,
  );
}

function noCertificates(error: unknown, access: ApiAccess): ApiError {
  return new ApiError(
    'unreadable-credentials',
    `the certificates of ${access.origin} cannot be used: ${foreignWordsOf(error, access)}`,
  );
}

import { Agent, type RequestOptions } from 'node:https';
import type { ApiAccess } from './access.ts';
import { ApiError } from './api-error.ts';
import { foreignWordsOf } from './foreign-words.ts';
import { speaksTls } from './server-url.ts';

/**
 * Has the official client make what a request needs: TLS with its certificates, proxies (HTTP, SOCKS), tokens, and the login
 * ways of older kubeconfigs (`auth-provider`: oidc with its refresh, azure, gcp). It gets what was read under our own bounds,
 * so that it opens no file itself.
 * @returns agent and headers for requests. Throws ApiError.
 */
export async function clientOptions(access: ApiAccess): Promise<RequestOptions> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const { credentials } = access;
  config.loadFromOptions({
    clusters: [
      {
        name: 'cluster',
        server: access.server,
        // Without TLS there is nothing to verify; the client would refuse such a server.
        skipTLSVerify: access.insecure || !speaksTls(access.server),
        caData: access.ca?.toString('base64'),
        tlsServerName: access.tlsServerName ?? undefined,
        proxyUrl: access.proxy ?? undefined,
      },
    ],
    users: [
      {
        name: 'user',
        certData: access.clientCert?.toString('base64'),
        keyData: access.clientKey?.toString('base64'),
        ...(credentials.kind === 'token' ? { token: credentials.token } : {}),
        ...(credentials.kind === 'provider'
          ? { authProvider: { name: credentials.name, config: { ...credentials.config } } }
          : {}),
      },
    ],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
    currentContext: 'context',
  });
  // Said aloud: where nothing is said the client heeds NODE_TLS_REJECT_UNAUTHORIZED, and would log in to anybody.
  const options: RequestOptions = { rejectUnauthorized: !access.insecure };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw credentials.kind === 'provider' ? noLogin(error, access) : noCertificates(error, access);
  }
  // The client makes an agent for one request; a list has many pages.
  if (options.agent instanceof Agent) Object.assign(options.agent, { keepAlive: true });
  return options;
}

function noLogin(error: unknown, access: ApiAccess): ApiError {
  // The words of JSON.parse quote what a login command printed, perhaps a token.
  const why = error instanceof SyntaxError ? 'what it gave is no JSON' : foreignWordsOf(error, access);
  return new ApiError(
    'credential-plugin',
    `cannot log in as ${access.origin} says: ${why}; kubectl get nodes may refresh it`,
  );
}

function noCertificates(error: unknown, access: ApiAccess): ApiError {
  return new ApiError(
    'unreadable-credentials',
    `the certificates of ${access.origin} cannot be used: ${foreignWordsOf(error, access)}`,
  );
}

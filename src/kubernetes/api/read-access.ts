import type { User } from '@kubernetes/client-node';
import { type Fields, fieldsOf, isFields, textOf, textsOf } from '../../json/fields.ts';
import type { ApiAccess } from './access.ts';
import { ApiError, lastWordsOf } from './api-error.ts';
import { proxyFromEnv } from './proxy-from-env.ts';
import { readServerUrl, type ServerUrl, speaksTls } from './server-url.ts';
import { readSmallFile } from './small-file.ts';

/** A server and a user as the official client has read them, with absolute paths; no file named there has been opened yet. */
export interface NamedAccess
  extends Pick<ApiAccess, 'cluster' | 'user' | 'namespace' | 'origin' | 'kubectl'> {
  /** The user's entry as it stands: what the client drops of it is looked up there. */
  readonly dropped: Fields;
}

/** The logins of older kubeconfigs that the client knows. */
const PROVIDERS: ReadonlySet<string> = new Set(['oidc', 'azure', 'gcp']);

/**
 * A server without TLS gets no credentials, and they are not even read: no plugin runs and no file is opened for it
 * (client-go clientcmd, `ClientConfig`: "only try to read the auth information if we are secure"). Whom to impersonate is
 * no secret.
 * @returns the access with what the files hold that it names. Throws ApiError where one cannot be read.
 */
export function accessOf(
  { cluster, user, dropped, namespace, origin, kubectl }: NamedAccess,
  env: Readonly<Record<string, string | undefined>>,
): ApiAccess {
  const { server, login } = readServerUrl(cluster.server, origin);
  const secure = speaksTls(server);
  const ca = secure ? material(cluster.caData, cluster.caFile, 'certificate-authority', origin) : null;
  const tlsServerName = textOf(cluster.tlsServerName);
  const proxyUrl = textOf(cluster.proxyUrl) ?? proxyFromEnv(server, env);
  const impersonateUser = textOf(user.impersonateUser);
  return {
    cluster: {
      name: cluster.name,
      server,
      // Without TLS there is nothing to verify; the client would refuse such a server.
      skipTLSVerify: cluster.skipTLSVerify || !secure,
      ...(tlsServerName === null ? {} : { tlsServerName }),
      ...(ca === null ? {} : { caData: ca }),
      ...(proxyUrl === null ? {} : { proxyUrl }),
    },
    user: {
      name: user.name,
      ...(impersonateUser === null ? {} : { impersonateUser }),
      ...(secure ? credentialsOf(user, dropped, login, origin) : {}),
    },
    namespace,
    headers: impersonateUser === null ? {} : impersonation(dropped),
    origin,
    kubectl,
  };
}

function credentialsOf(
  user: User,
  dropped: Fields,
  login: ServerUrl['login'],
  origin: string,
): Partial<User> {
  const certData = material(user.certData, user.certFile, 'client-certificate', origin);
  const keyData = material(user.keyData, user.keyFile, 'client-key', origin);
  return {
    ...(certData === null ? {} : { certData }),
    ...(keyData === null ? {} : { keyData }),
    ...loginOf(user, dropped, login, origin),
  };
}

/** The one that clientcmd takes. A login in the server's URL comes first: Go's http.Client sets it before any other is looked at. */
function loginOf(user: User, dropped: Fields, login: ServerUrl['login'], origin: string): Partial<User> {
  if (login !== null) return login;
  const tokenFile = textOf(dropped.tokenFile);
  if (tokenFile !== null) {
    return { token: readCredentialFile(tokenFile, 'tokenFile', origin).toString('utf8').trim() };
  }
  const token = textOf(user.token);
  if (token !== null) return { token };
  const username = textOf(user.username);
  if (username !== null) return { username, password: textOf(user.password) ?? '' };
  if (isFields(user.exec)) return { exec: user.exec };
  return isFields(user.authProvider) ? { authProvider: providerOf(user.authProvider, origin) } : {};
}

/**
 * Without what would have the client run a command in a shell (`cmd-path`), run a plugin without a bound (`exec`), or read a file
 * of any size (`tokenFile`).
 */
function providerOf({ name, config }: Fields, origin: string): Fields {
  if (typeof name !== 'string' || !PROVIDERS.has(name)) {
    throw new ApiError(
      'incomplete-kubeconfig',
      `${origin} names an auth-provider that is none of ${[...PROVIDERS].join(', ')}`,
    );
  }
  const { 'cmd-path': _command, exec: _plugin, tokenFile: _file, ...plain } = fieldsOf(config);
  // The client's refresh takes the issuer for a URL, and fails where it is a text (1.4).
  const issuer = textOf(plain['idp-issuer-url']);
  if (issuer === null || !URL.canParse(issuer)) return { name, config: plain };
  return { name, config: { ...plain, 'idp-issuer-url': new URL(issuer) } };
}

/** client-go transport.ImpersonationConfig: header names of the API server. The client sends `Impersonate-User` itself. */
function impersonation(user: Fields): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const uid = textOf(user['as-uid']);
  if (uid !== null) headers['Impersonate-Uid'] = uid;
  const groups = textsOf(user['as-groups']);
  if (groups.length > 0) headers['Impersonate-Group'] = groups;
  for (const [key, values] of Object.entries(fieldsOf(user['as-user-extra']))) {
    headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = textsOf(values);
  }
  return headers;
}

/**
 * Data stands before the file where both are given (clientcmd, `dataFromSliceOrFile`); the client would take the file.
 * @returns base64
 */
function material(
  data: string | undefined,
  path: string | undefined,
  what: string,
  origin: string,
): string | null {
  if (textOf(data) !== null) return textOf(data);
  const file = textOf(path);
  return file === null ? null : readCredentialFile(file, what, origin).toString('base64');
}

function readCredentialFile(path: string, what: string, origin: string): Buffer {
  try {
    return readSmallFile(path);
  } catch (error) {
    throw new ApiError(
      'unreadable-credentials',
      `cannot read the ${what} of ${origin}: ${lastWordsOf(error)}`,
    );
  }
}

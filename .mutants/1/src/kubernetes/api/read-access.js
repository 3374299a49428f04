import { fieldsOf, isFields, listOf, textOf, textsOf } from '../../json/fields.js';
import { ApiError, lastWordsOf } from './api-error.js';
import { pathFrom } from './named-entry.js';
import { proxyFromEnv } from './proxy-from-env.js';
import { readServerUrl, speaksTls } from './server-url.js';
import { readSmallFile } from './small-file.js';
/**
 * A server without TLS gets no credentials, and they are not even read: no plugin runs and no file is opened for it
 * (client-go clientcmd, `ClientConfig`: "only try to read the auth information if we are secure"). Whom to impersonate is
 * no secret.
 * @returns the access that a cluster and a user of a kubeconfig describe. Throws ApiError where a file named there cannot
 * be read.
 */
export function accessOf(cluster, user, facts) {
    const { server, login } = readServerUrl(textOf(cluster.fields.server) ?? '', facts.origin);
    const own = user?.fields ?? {};
    const folder = user?.folder ?? '';
    const secure = speaksTls(server);
    const secret = (entry, key) => secure && entry !== null ? material(entry.fields, key, entry.folder, facts.origin) : null;
    return {
        server,
        namespace: facts.namespace,
        ca: secret(cluster, 'certificate-authority'),
        clientCert: secret(user, 'client-certificate'),
        clientKey: secret(user, 'client-key'),
        tlsServerName: textOf(cluster.fields['tls-server-name']),
        insecure: cluster.fields['insecure-skip-tls-verify'] === true,
        proxy: textOf(cluster.fields['proxy-url']) ?? proxyFromEnv(server, facts.env),
        credentials: secure ? credentialsOf(own, folder, facts.origin, login) : { kind: 'none' },
        headers: impersonation(own),
        user: facts.user,
        origin: facts.origin,
    };
}
/** Data stands before the file where both are given (clientcmd, `dataFromSliceOrFile`). */
function material(fields, key, folder, origin) {
    const data = textOf(fields[`${key}-data`]);
    if (data !== null)
        return Buffer.from(data, 'base64');
    const path = textOf(fields[key]);
    return path === null ? null : readCredentialFile(pathFrom(folder, path), key, origin);
}
/** A login in the server's URL comes first: Go's http.Client sets it before any other is looked at. */
function credentialsOf(user, folder, origin, login) {
    if (login !== null)
        return { kind: 'basic', ...login };
    const tokenFile = textOf(user.tokenFile);
    if (tokenFile !== null) {
        const token = readCredentialFile(pathFrom(folder, tokenFile), 'tokenFile', origin);
        return { kind: 'token', token: token.toString('utf8').trim() };
    }
    const token = textOf(user.token);
    if (token !== null)
        return { kind: 'token', token };
    const username = textOf(user.username);
    if (username !== null)
        return { kind: 'basic', username, password: textOf(user.password) ?? '' };
    if (isFields(user.exec))
        return pluginOf(user.exec, folder, origin);
    const provider = fieldsOf(user['auth-provider']);
    const name = textOf(provider.name);
    return name === null ? { kind: 'none' } : { kind: 'provider', name, config: fieldsOf(provider.config) };
}
function pluginOf(exec, folder, origin) {
    const command = textOf(exec.command);
    if (command === null) {
        throw new ApiError('incomplete-kubeconfig', `the credential plugin of ${origin} names no command`);
    }
    const env = listOf(exec.env)
        .map(fieldsOf)
        .flatMap((item) => (typeof item.name === 'string' ? [[item.name, textOf(item.value) ?? '']] : []));
    return {
        kind: 'plugin',
        plugin: {
            // A command with a slash is a path from the kubeconfig; one without is looked for in PATH.
            command: command.includes('/') ? pathFrom(folder, command) : command,
            args: textsOf(exec.args),
            env: Object.fromEntries(env),
            apiVersion: textOf(exec.apiVersion) ?? 'client.authentication.k8s.io/v1',
            installHint: textOf(exec.installHint),
            provideClusterInfo: exec.provideClusterInfo === true,
            interactiveMode: textOf(exec.interactiveMode) ?? 'IfAvailable',
        },
    };
}
/** client-go transport.ImpersonationConfig: header names of the API server. */
function impersonation(user) {
    const headers = {};
    const name = textOf(user.as);
    if (name === null)
        return headers;
    headers['Impersonate-User'] = name;
    const uid = textOf(user['as-uid']);
    if (uid !== null)
        headers['Impersonate-Uid'] = uid;
    const groups = textsOf(user['as-groups']);
    if (groups.length > 0)
        headers['Impersonate-Group'] = groups;
    for (const [key, values] of Object.entries(fieldsOf(user['as-user-extra']))) {
        headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = textsOf(values);
    }
    return headers;
}
function readCredentialFile(path, what, origin) {
    try {
        return readSmallFile(path);
    }
    catch (error) {
        throw new ApiError('unreadable-credentials', `cannot read the ${what} of ${origin}: ${lastWordsOf(error)}`);
    }
}

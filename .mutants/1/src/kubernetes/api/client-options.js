import { ApiError } from './api-error.js';
import { foreignWordsOf } from './foreign-words.js';
/**
 * Leaves proxies (HTTP, SOCKS) and the login ways of older kubeconfigs (`auth-provider`: oidc with its refresh, azure,
 * gcp) to the official client. It is loaded only for these: it takes half a second and 80 MB.
 * @returns agent and headers for requests. Throws ApiError.
 */
export async function clientOptions(access) {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    const { credentials } = access;
    config.loadFromOptions({
        clusters: [
            {
                name: 'cluster',
                server: access.server,
                skipTLSVerify: access.insecure,
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
                ...(credentials.kind === 'provider'
                    ? { authProvider: { name: credentials.name, config: { ...credentials.config } } }
                    : {}),
            },
        ],
        contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
        currentContext: 'context',
    });
    const options = {};
    try {
        await config.applyToHTTPSOptions(options);
    }
    catch (error) {
        // The words of JSON.parse quote what a login command printed, perhaps a token.
        const why = error instanceof SyntaxError ? 'what it gave is no JSON' : foreignWordsOf(error, access);
        throw new ApiError('credential-plugin', `cannot log in as ${access.origin} says: ${why}; kubectl get nodes may refresh it`);
    }
    return options;
}

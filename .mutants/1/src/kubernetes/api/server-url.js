import { ApiError } from './api-error.js';
/**
 * Reads `clusters[].cluster.server`. kubectl takes `10.0.0.1:6443` and means http (client-go rest.DefaultServerURL); such
 * a server is never meant.
 * Throws ApiError, without what may be a password.
 */
export function readServerUrl(text, origin) {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
        const shown = text.replace(/^.*@/s, '…@').replace(/[?#].*$/s, '');
        throw new ApiError('incomplete-kubeconfig', `the server of ${origin} is no http or https URL: ${shown}`);
    }
    const server = `${url.protocol}//${url.host}${url.pathname}`.replace(/\/+$/, '');
    const { username, password } = url;
    if (username === '' && password === '')
        return { server, login: null };
    return { server, login: { username: decoded(username), password: decoded(password) } };
}
function decoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}
/** @returns true for a server that proves who it is and that nobody on the way can read along with. */
export function speaksTls(server) {
    return server.startsWith('https:');
}

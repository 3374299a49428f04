import { lastWordsOf } from './api-error.js';
/** Shorter ones stand in ordinary words too: hiding them there would tell them. */
const SHORTEST = 3;
const SECRET_NAME = /secret|token|password|key/i;
/**
 * @param said by a server, a library or a credential plugin, which may repeat what they were given.
 * @returns its last words without any secret of this access, on one line and short.
 */
export function foreignWordsOf(said, access) {
    let text = said instanceof Error ? said.message : String(said);
    for (const secret of secretsOf(access.credentials))
        text = text.replaceAll(secret, '[hidden]');
    return lastWordsOf(text);
}
/** Longest first, so that no part of one is left. */
function secretsOf(credentials) {
    return partsOf(credentials)
        .flatMap((secret) => [secret, ...secret.split(/\s+/)])
        .filter((secret) => secret.length >= SHORTEST)
        .sort((one, other) => other.length - one.length);
}
function partsOf(credentials) {
    switch (credentials.kind) {
        case 'none':
            return [];
        case 'token':
            return [credentials.token];
        case 'basic': {
            const { username, password } = credentials;
            return [password, encodeURIComponent(password), basicOf(username, password)];
        }
        case 'plugin':
            return namedSecrets(credentials.plugin.env);
        case 'provider':
            return namedSecrets(credentials.config);
    }
}
function namedSecrets(values) {
    return Object.entries(values).flatMap(([name, value]) => SECRET_NAME.test(name) && typeof value === 'string' ? [value] : []);
}
/** @returns what follows `Basic ` in the header of this login. */
export function basicOf(username, password) {
    return Buffer.from(`${username}:${password}`).toString('base64');
}

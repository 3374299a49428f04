import { destinationAsTyped, withoutKind } from '../question/as-typed.js';
import { nearest } from '../words/nearest.js';
/**
 * @param selection a Service as kubectl users type it: `web`, `shop/web`, `svc/web`, `shop/web:http`, `web.shop.svc`
 * @returns whether a Service port is wanted. A name without a namespace is wanted in each, or in that of `-n`.
 */
export function serviceFilter({ service, namespace }, known) {
    const inNamespace = (item) => namespace === null || item.namespace === namespace;
    if (service === null)
        return inNamespace;
    const text = destinationAsTyped(service, namespace ?? 'default', known);
    const [, within, name, port] = /^(?:([^/:]+)\/)?([^/:]+)(?::(.+))?$/.exec(text) ?? [];
    return (item) => item.name === name &&
        (within === undefined ? inNamespace(item) : item.namespace === within) &&
        (port === undefined || item.port === port);
}
/** @returns that there is none of this name, and which may have been meant. */
export function noSuchService(typed, items) {
    const names = items.flatMap(({ namespace, name }) => (name === null ? [] : [`${namespace}/${name}`]));
    const bare = withoutKind(typed);
    const near = bare.includes('/')
        ? nearest(bare, names)
        : names.filter((one) => nearest(bare, [one.slice(one.indexOf('/') + 1)]).length > 0).slice(0, 3);
    const hint = near[0] === undefined ? '' : ` (Did you mean ${[...new Set(near)].join(' or ')}?)`;
    return `no rule and no object names a Service ${typed}${hint}`;
}

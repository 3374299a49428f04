/**
 * Names a draft: by an API object whose hash is in the chain names, else by an API object that has one of the addresses, else
 * by comment. A comment that the hash of its own chain refutes names nothing: it is reported as a conflict.
 * @param protocol the draft's protocol, where it is known
 * @param endpointComment comment of a rule that chooses an endpoint, for chains that nothing leads to
 */
export function nameDraft(draft, protocol, endpointComment, naming) {
    const comments = [...draft.entries, ...draft.refusals].map(({ comment }) => comment);
    const said = [...comments, endpointComment].flatMap((comment) => {
        const name = comment === null ? null : naming.nameIn(comment);
        return name === null ? [] : [name];
    });
    const found = byHash(draft, naming) ?? byAddress(draft, naming);
    if (found !== null) {
        const other = said.find((name) => !sameName(name, found.name));
        const { namedBy, service } = found;
        const conflict = other === undefined ? null : labelOf(other);
        return { ...nameFields(found.name), namedBy, service, protocol: found.protocol, conflict };
    }
    const [first] = said;
    const nothing = {
        namespace: null,
        name: null,
        port: null,
        namedBy: 'none',
        protocol: null,
        service: null,
    };
    if (first === undefined)
        return { ...nothing, conflict: null };
    if (draft.chains.size > 0) {
        const protocols = protocol === null ? ['tcp', 'udp', 'sctp'] : [protocol];
        const confirmed = said.find((name) => protocols.some((each) => naming.suffixesOf(name, each).includes(draft.suffix ?? '')));
        if (confirmed === undefined)
            return { ...nothing, conflict: labelOf(first) };
        const other = said.find((name) => !sameName(name, confirmed));
        return {
            ...nothing,
            ...nameFields(confirmed),
            namedBy: 'comment',
            conflict: other === undefined ? null : labelOf(other),
        };
    }
    return { ...nothing, ...nameFields(first), namedBy: 'comment', conflict: null };
}
function byHash(draft, naming) {
    for (const chain of draft.chains) {
        const port = naming.byChain(chain);
        if (port !== null)
            return { ...port, namedBy: 'hash' };
    }
    return null;
}
function byAddress(draft, naming) {
    for (const { address, port, protocol, printed } of [...draft.entries, ...draft.refusals]) {
        if (port === null || protocol === null || printed !== null)
            continue;
        const found = naming.bySocket(address, port, protocol);
        if (found !== null)
            return { ...found, namedBy: 'api' };
    }
    return null;
}
function nameFields(name) {
    return { namespace: name.namespace, name: name.service, port: name.port === '' ? null : name.port };
}
function sameName(a, b) {
    return a.namespace === b.namespace && a.service === b.service && a.port === b.port;
}
/** @returns `namespace/service:port`, as kube-proxy writes it. */
export function labelOf({ namespace, service, port }) {
    return port === '' ? `${namespace}/${service}` : `${namespace}/${service}:${port}`;
}

import { carrierOf } from '../../explain/services/carriers.js';
import { socketText } from '../../net/socket.js';
import { percent } from '../../words/numbers.js';
import { sameShare } from '../explore/compare-ways.js';
/** @returns the Service ports whose rules say something else, worst first. */
export function compareServices(before, after) {
    const own = indexed(before);
    const other = indexed(after);
    const changes = [];
    const removed = [];
    for (const [key, item] of own) {
        const twin = other.get(key);
        if (twin === undefined)
            removed.push(item);
        else {
            const details = compareItems(item, twin);
            if (details.length > 0)
                changes.push(changeOf(twin, 'changed', worst(details), details));
        }
    }
    const added = [...other].filter(([key]) => !own.has(key)).map(([, item]) => item);
    for (const item of removed) {
        const at = added.findIndex((each) => renamed(item, each));
        const [twin] = at < 0 ? [] : added.splice(at, 1);
        if (twin === undefined)
            changes.push(changeOf(item, 'removed', 'lost', describe(item, 'before')));
        else
            changes.push(renaming(item, twin));
    }
    for (const item of added)
        changes.push(changeOf(item, 'added', 'gained', describe(item, 'after')));
    return changes.sort(compareChanges);
}
const RANK = { lost: 0, changed: 1, gained: 2, note: 3 };
function compareChanges(a, b) {
    const name = (each) => [
        each.namespace ?? '~',
        each.name ?? '~',
        each.port ?? '',
        each.protocol,
        each.family,
        JSON.stringify(each.details),
    ].join(' ');
    return RANK[a.severity] - RANK[b.severity] || (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0);
}
/** Ports without a name are told apart by the hash in their chains. */
function indexed(items) {
    const index = new Map();
    for (const item of items) {
        const name = item.name === null
            ? (item.chains[0] ?? addressText(item))
            : `${item.namespace}/${item.name}:${item.port ?? ''}`;
        const key = `${item.family} ${item.protocol} ${name}`;
        // Two backends can hold one Service; each is compared with its own.
        index.set(index.has(key) ? `${key} ${item.backend}` : key, item);
    }
    return index;
}
function changeOf(item, change, severity, details) {
    const { namespace, name, port, protocol, family } = item;
    return { severity, change, namespace, name, port, protocol, family, details };
}
/** The same addresses under another name. */
function renamed(before, after) {
    return (before.family === after.family &&
        before.protocol === after.protocol &&
        before.clusterIPs.length > 0 &&
        addressText(before) === addressText(after));
}
function renaming(before, after) {
    const details = compareItems(before, after);
    const name = { code: 'name', severity: 'note', before: nameOf(before), after: nameOf(after) };
    return changeOf(after, 'renamed', worst([name, ...details]), [name, ...details]);
}
function nameOf({ namespace, name, port }) {
    return `${namespace ?? '?'}/${name ?? '?'}${port === null || port === '' ? '' : `:${port}`}`;
}
function worst(details) {
    return details.reduce((most, { severity }) => (RANK[severity] < RANK[most] ? severity : most), 'note');
}
/** What is gone, or has come, in short. */
function describe(item, side) {
    const detail = (code, text) => ({
        code,
        severity: side === 'before' ? 'lost' : 'gained',
        before: side === 'before' ? text : null,
        after: side === 'after' ? text : null,
    });
    const endpoints = new Set(item.endpoints.map(({ address, port }) => `${address} ${port}`)).size;
    return [
        ...socketsOf(item).map((text) => detail('address', text)),
        ...(item.nodePort === null ? [] : [detail('node-port', String(item.nodePort))]),
        detail('endpoints', String(endpoints)),
    ];
}
function compareItems(before, after) {
    // Another carrier's rules have the same addresses and endpoints: each tells kinds of addresses, refusals and policies in its own way.
    if (carrierOf(before) !== carrierOf(after))
        return [
            ...compareEndpoints(before, after),
            ...listChanges('address', socketsOf(before), socketsOf(after)),
            ...valueChange('node-port', before.nodePort, after.nodePort),
        ];
    return [
        ...compareEndpoints(before, after),
        ...compareRefusals(before, after),
        ...compareAddresses(before, after),
        ...valueChange('internal-policy', before.internalPolicy, after.internalPolicy),
        ...valueChange('external-policy', before.externalPolicy, after.externalPolicy),
        ...valueChange('affinity-seconds', before.affinitySeconds, after.affinitySeconds),
        ...rangeChange(before, after),
    ];
}
function compareAddresses(before, after) {
    return [
        ...listChanges('cluster-ip', before.clusterIPs.map(socket), after.clusterIPs.map(socket)),
        ...listChanges('external-ip', before.externalIPs.map(socket), after.externalIPs.map(socket)),
        ...listChanges('load-balancer-ip', before.loadBalancerIPs.map(socket), after.loadBalancerIPs.map(socket)),
        ...valueChange('node-port', before.nodePort, after.nodePort),
    ];
}
function compareEndpoints(before, after) {
    const [own, other] = [sharesOf(before), sharesOf(after)];
    const details = [];
    for (const [place, shares] of own) {
        const twin = other.get(place);
        if (twin === undefined)
            details.push({ code: 'endpoint-removed', severity: 'lost', before: place, after: null });
        else if (own.size === other.size && !sameScopes(shares, twin))
            details.push({
                code: 'share',
                severity: 'changed',
                before: shareText(place, shares),
                after: shareText(place, twin),
            });
    }
    for (const place of other.keys())
        if (!own.has(place))
            details.push({ code: 'endpoint-added', severity: 'gained', before: null, after: place });
    return details;
}
/** Which chain picks an endpoint is a matter of policy and told there; only shares that both sides give are compared. */
function sameScopes(a, b) {
    for (const [scope, share] of a) {
        const other = b.get(scope);
        if (other !== undefined && !sameShare(share, other))
            return false;
    }
    return true;
}
function sharesOf(item) {
    const places = new Map();
    for (const { address, port, scope, share } of item.endpoints) {
        const place = socketText(address, port);
        const scopes = places.get(place) ?? new Map();
        scopes.set(scope, (scopes.get(scope) ?? 0) + share);
        places.set(place, scopes);
    }
    return places;
}
function shareText(place, shares) {
    const [share = 0] = shares.values();
    return `${place} ${percent(share)}`;
}
function compareRefusals(before, after) {
    const texts = (item) => item.refusals.map(({ action, address, port, nodePort }) => nodePort
        ? `${action} node port ${port ?? ''}`
        : `${action} ${address ?? 'any address'}${port === null ? '' : `:${port}`}`);
    return listChanges('refusal', texts(before), texts(after)).map((detail) => ({
        ...detail,
        severity: detail.after === null ? 'gained' : 'lost',
    }));
}
function rangeChange(before, after) {
    const text = (item) => item.sourceRanges.length === 0 ? null : [...item.sourceRanges].sort().join(', ');
    return valueChange('source-ranges', text(before), text(after));
}
function listChanges(code, before, after) {
    const [own, other] = [new Set(before), new Set(after)];
    return [
        ...[...own]
            .filter((text) => !other.has(text))
            .map((text) => ({ code, severity: 'lost', before: text, after: null })),
        ...[...other]
            .filter((text) => !own.has(text))
            .map((text) => ({ code, severity: 'gained', before: null, after: text })),
    ];
}
function valueChange(code, before, after) {
    if (before === after)
        return [];
    return [
        {
            code,
            severity: 'changed',
            before: before === null ? null : String(before),
            after: after === null ? null : String(after),
        },
    ];
}
function socket({ address, port }) {
    return socketText(address, port);
}
function addressText(item) {
    return socketsOf(item).sort().join(' ');
}
function socketsOf({ clusterIPs, externalIPs, loadBalancerIPs }) {
    return [...clusterIPs, ...externalIPs, ...loadBalancerIPs].map(socket);
}

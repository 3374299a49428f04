import { nameServices } from './services/cluster-naming.js';
import { noteList } from './services/list-notes.js';
import { listPortalServices } from './services/portal-services.js';
import { readService } from './services/read-service.js';
import { draftServices } from './services/service-draft.js';
import { EndpointReader } from './services/service-endpoints.js';
import { familiesTold, findUnprogrammed } from './services/unprogrammed-services.js';
/**
 * Lists every Service port that the rules program, for each family and backend, read from the structure of kube-proxy's chains
 * (1.20 to 1.36): nothing is traced. Ports without endpoints, which exist as refusals in the filter table alone, are listed;
 * so are ports whose chains are left but to which no rule leads: they have no addresses.
 *
 * Linear in the rules: 10,000 Services with 10 endpoints each take seconds. Throws nothing.
 * @returns items by namespace, name, port, protocol, family and backend; those without a name last
 */
export function listServices(input) {
    const naming = nameServices(input);
    return input.rulesets.flatMap((ruleset) => listRuleset(ruleset, naming, input.isWanted)).sort(compareItems);
}
/**
 * Says what no row of {@link listServices} can: Service ports of the API without any rule, and what is to be known of the
 * whole list.
 * @param items what `listServices` gave, all of it
 */
export function annotateServices(items, { rulesets, cluster }) {
    return {
        notProgrammed: findUnprogrammed(items, familiesTold(rulesets), cluster),
        notes: noteList(rulesets),
    };
}
function listRuleset(ruleset, naming, isWanted) {
    const endpoints = new EndpointReader(ruleset.tables.get('nat'), ruleset.family);
    const reading = { ruleset, naming, endpoints };
    const items = draftServices(ruleset, naming, isWanted).map((draft) => readService(draft, reading));
    return [...items, ...listPortalServices(ruleset, naming)];
}
/** Orders items by namespace, name, port, protocol, family and backend; those without a name last. */
export function compareItems(a, b) {
    return (compare(a.namespace, b.namespace) ||
        compare(a.name, b.name) ||
        compare(a.port ?? '', b.port ?? '') ||
        compare(a.protocol, b.protocol) ||
        compare(a.family, b.family) ||
        compare(a.backend, b.backend) ||
        compare(firstPlace(a), firstPlace(b)));
}
/** Tells items apart that have no name. */
function firstPlace(item) {
    const [socket] = [...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs];
    return `${socket?.address ?? ''} ${socket?.port ?? ''} ${item.nodePort ?? ''} ${item.chains.join(' ')}`;
}
function compare(a, b) {
    if (a === b)
        return 0;
    if (a === null)
        return 1;
    if (b === null)
        return -1;
    return a < b ? -1 : 1;
}

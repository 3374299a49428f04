/** Every pod of the lab drops this port itself: a hung application. */
const HUNG_PORT = 8099;
/** Cluster IP of default/kubernetes. */
const KUBERNETES = '10.96.0.1';
export const CLUSTER_ALLOWANCES = [
    {
        // The lab's gateway drops what it is asked to route.
        name: 'leaves-cluster',
        sees: ['timeout'],
        applies: (_pair, { exit }, { reason }) => reason?.code === 'leaves-cluster' && exit?.kind === 'interface' && exit.nextHop !== null,
    },
    {
        // The API server of the lab is none of its nodes.
        name: 'leaves-cluster',
        sees: ['reached'],
        applies: ({ dst }, { exit }, { reason }) => reason?.code === 'leaves-cluster' &&
            dst.ip === KUBERNETES &&
            exit?.kind === 'interface' &&
            exit.nextHop === null,
    },
    {
        name: 'changed-before-capture',
        sees: ['reached', 'timeout'],
        applies: ({ dst }) => dst.service === 'shop/udp-stale' || dst.service === 'shop/udp-stale-np',
    },
    {
        name: 'hung-application',
        sees: ['timeout'],
        applies: (_pair, { destination }, { sees, reason }) => destination.port === HUNG_PORT && (sees === 'works' || reason?.code === 'listening-unknown'),
    },
    {
        name: 'listening',
        sees: ['reached', 'rejected'],
        applies: ({ dst }, _outcome, { sees, reason }) => reason?.code === 'listening-unknown' ||
            // Its EndpointSlice says that it is ready, and nothing listens there.
            (sees === 'works' && (dst.service === 'shop/nolistener' || dst.kind === 'podIP-closed-port')),
    },
];

/** Flows that are stuck: clearing them lets the client reach an endpoint. */
export const STALE_CODES = new Set([
    'endpoint-gone',
    'address-reassigned',
    'never-translated',
    'service-deleted',
    'host-port-moved',
]);

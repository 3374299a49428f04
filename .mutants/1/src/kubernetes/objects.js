/** Only the fields that kp-explain uses, in the API's own words. */
/** A cluster about which nothing is known. */
export const UNKNOWN_CLUSTER = { services: null, endpoints: null, pods: null, nodes: null };

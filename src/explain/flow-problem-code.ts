/**
 * What may be wrong with one flow. Those of `STALE_CODES` are stuck flows: conntrack sends them where nothing sends new ones.
 * - `endpoint-gone`: translated to an address that is no endpoint of the Service (any more)
 * - `address-reassigned`: and the address now is a pod's that cannot be one
 * - `never-translated`: to a Service address that the rules translate now, but not when the flow began
 * - `service-deleted`: translated to a pod by a Service, node port or host port that is gone
 * - `host-port-moved`: a host port's flow to a pod that no longer has it
 * - `endpoint-not-serving`: the endpoint is there, but the API says that it does not serve
 * - `endpoint-draining`: the endpoint is terminating and still serves
 * - `not-chosen`: an endpoint that the rules of this node send no new connection to
 * - `not-programmed`: to a Service address that no rule of this node translates
 * - `no-endpoints`: to a Service port that has none
 * - `no-such-port`: to a Service's address, at a port that it does not have
 * - `foreign-nat`: to a Service address, translated by a rule that is not kube-proxy's
 * - `unreplied`: no answer was seen yet
 */
export type FlowProblemCode =
  | 'endpoint-gone'
  | 'address-reassigned'
  | 'never-translated'
  | 'service-deleted'
  | 'host-port-moved'
  | 'endpoint-not-serving'
  | 'endpoint-draining'
  | 'not-chosen'
  | 'not-programmed'
  | 'no-endpoints'
  | 'no-such-port'
  | 'foreign-nat'
  | 'unreplied';

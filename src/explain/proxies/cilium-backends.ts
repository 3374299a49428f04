import type { CiliumFrontend, CiliumServices } from '../../cilium/model.ts';
import { type Address, sameAddress } from '../../net/address.ts';
import { formatSocket } from '../../net/listed-socket.ts';
import { listed, percent } from '../../words/numbers.ts';

/**
 * What Cilium's own list tells of a socket, as a clause. Each active backend has the same share of new connections where its
 * algorithm is `random`, as it is unless it was set to Maglev (pkg/loadbalancer; bpf/lib/lb.h, lb4_select_backend_id).
 */
export function ciliumText(
  { frontends, incomplete }: CiliumServices,
  protocol: number,
  { address, port }: { readonly address: Address; readonly port: number | null },
): string {
  const atPort = frontends.filter(
    (one) => one.port === port && (one.protocol === null || one.protocol === protocol),
  );
  const at = (wanted: Address) => atPort.filter((one) => sameAddress(one.address, wanted));
  const found = at(address);
  const asFar = incomplete === true ? ', as far as its list could be read' : '';
  if (found.length === 0) {
    // A node port is listed at 0.0.0.0 or ::, and beside that at each address of the node that it is served at.
    const [any] = at({ family: address.family, value: 0n });
    return any === undefined
      ? `the list of its Services does not have it${asFar}`
      : `the list of its Services does not have this address, but ${any.type ?? 'a Service'} ${formatSocket(any)}, which stands for those of the node that it serves${asFar}`;
  }
  const scoped = found.some(({ inside }) => inside === true);
  return found
    .map((one) => {
      const whose = !scoped
        ? ''
        : one.inside === true
          ? ', for clients in the cluster,'
          : ', for those outside,';
      return `its ${one.type ?? 'Service'} ${formatSocket(one)}${whose} ${sendsTo(one, incomplete !== true)}${asFar}`;
    })
    .join('; ');
}

/**
 * Where none is active, those that terminate and still serve take new connections (daemon and pkg/loadbalancer of cilium/cilium).
 * @param whole nothing is missing, so that shares can be told
 */
function sendsTo({ backends, proxied }: CiliumFrontend, whole: boolean): string {
  const first = proxied === true ? 'leads to Cilium’s own proxy, which ' : '';
  const active = backends.filter(({ state }) => state === null || state === 'active');
  if (active.length > 0) {
    const told = `${first}sends to ${listed(active.map(formatSocket))}`;
    if (!whole || active.length === 1 || proxied === true) return told;
    const untold = active.some(({ state }) => state === null)
      ? ', or some are being ended or quarantined, which this list does not tell'
      : '';
    return `${told}, ${percent(1 / active.length)} each unless Maglev chooses by the client${untold}`;
  }
  const ending = backends.filter(({ state }) => state === 'terminating');
  return ending.length === 0
    ? 'has no backend that takes new connections'
    : `${first}has no active backend, so that it sends to those being ended: ${listed(ending.map(formatSocket))}`;
}

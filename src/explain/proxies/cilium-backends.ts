import type { CiliumServices } from '../../cilium/model.ts';
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
  const at = (wanted: Address) => atPort.find((one) => sameAddress(one.address, wanted));
  const found = at(address);
  const asFar = incomplete === true ? ', as far as its list could be read' : '';
  if (found === undefined) {
    // A node port is listed at 0.0.0.0 or ::, and beside that at each address of the node that it is served at.
    const any = at({ family: address.family, value: 0n });
    return any === undefined
      ? `the list of its Services does not have it${asFar}`
      : `the list of its Services does not have this address, but ${any.type ?? 'a Service'} ${formatSocket(any)}, which stands for those of the node that it serves${asFar}`;
  }
  const active = found.backends.filter(({ state }) => state === null || state === 'active');
  const name = `its ${found.type ?? 'Service'} ${formatSocket(found)}`;
  if (active.length === 0) return `${name} has no backend that takes new connections${asFar}`;
  if (incomplete === true) return `${name} sends to ${listed(active.map(formatSocket))}${asFar}`;
  const share = percent(1 / active.length);
  const each = active.length === 1 ? '' : `, ${share} each unless Maglev chooses by the client`;
  return `${name} sends to ${listed(active.map(formatSocket))}${each}`;
}

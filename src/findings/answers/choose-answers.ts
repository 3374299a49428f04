import { comesFromOutside } from '../across/choose-across.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';

/** As many endpoints as the traces of one check meet for this, each of three senders counted. */
const BUDGET = 600;

/**
 * Chooses the Service ports whose answers are followed: one for each kind of answer, smallest first, as far as the budget goes.
 * Rules tell answers apart by family, protocol, port, and by the interface they come in by.
 * @param placeOf where an endpoint is, as far as that tells which way its answers come
 */
export function chooseAnswers(
  ports: readonly ExpectedPort[],
  placeOf: (endpoint: ExpectedPort['endpoints'][number]) => string,
): readonly ExpectedPort[] {
  const met = new Set<string>();
  const chosen: ExpectedPort[] = [];
  let left = BUDGET;
  for (const port of [...ports].sort((a, b) => a.endpoints.length - b.endpoints.length)) {
    const outside = comesFromOutside(port);
    const kinds = port.endpoints
      .filter(({ ready }) => ready)
      .map((endpoint) => [port.family, port.protocol, endpoint.port, placeOf(endpoint), outside].join(' '));
    if (kinds.every((kind) => met.has(kind))) continue;
    const cost = (outside ? 3 : 2) * (port.endpoints.length + 1);
    if (cost > left) break;
    for (const kind of kinds) met.add(kind);
    chosen.push(port);
    left -= cost;
  }
  return chosen;
}

import type { Expression, MapExpression } from '../../nftables/expression.ts';
import { type Unknown, unknown } from '../answer.ts';

/** Where `tproxy to` gives a packet. */
export interface TproxyTo {
  readonly address: Expression | null;
  readonly port: Expression | null;
}

/** @returns the map that has to be looked up first; null where none has. */
export function mapOfTproxy({ address, port }: TproxyTo): MapExpression | null {
  if (address?.kind === 'map') return address;
  return port?.kind === 'map' ? port : null;
}

/** @returns the statement with what its map gave. */
export function withGiven({ address, port }: TproxyTo, data: Expression): TproxyTo {
  return address?.kind === 'map' ? { address: data, port } : { address, port: data };
}

/** Whether a transparent socket listens there. */
export function socketQuestion({ address, port }: TproxyTo): Unknown {
  const onIp = address?.kind === 'word' ? address.text : null;
  const onPort = port?.kind === 'number' ? port.value : 0;
  return unknown({ code: 'tproxy-socket', onIp, onPort });
}

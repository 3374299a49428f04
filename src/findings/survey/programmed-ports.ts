import type { Known } from '../../explain/question/question.ts';
import type { ServiceItem } from '../../explain/service-list.ts';
import { balancedBy } from '../../explain/services/carriers.ts';
import { formatProtocol } from '../../net/protocol.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import { groupBy } from '../group.ts';

/** What the rules program, to be looked up by what the API has. */
export class ProgrammedPorts {
  readonly #items: ReadonlyMap<string, readonly ServiceItem[]>;

  constructor(items: readonly ServiceItem[]) {
    this.#items = groupBy(
      items,
      ({ namespace, name, port, protocol, family }) =>
        `${namespace}/${name}:${port ?? ''} ${protocol} ${family}`,
    );
  }

  /** @returns what the carrier of this mode programs: IPVS in its own, else what rules do. */
  static in(known: Known, byRules: readonly ServiceItem[]): ProgrammedPorts {
    return new ProgrammedPorts(known.proxyMode === 'ipvs' ? balancedBy(known) : byRules);
  }

  /** @returns the port as the rules program it: several where two backends do, none where no rule is for it. */
  of({ service, port, protocol, family }: ExpectedPort): readonly ServiceItem[] {
    const key = `${service.namespace}/${service.name}:${port.name} ${formatProtocol(protocol)} ${family}`;
    return this.#items.get(key) ?? [];
  }
}

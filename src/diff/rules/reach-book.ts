import type { Reach } from './reach-bounds.ts';

/** What can come to chains, from what leads to them: each chain is climbed once. */
export class ReachBook {
  readonly #most: number;
  readonly #known = new Map<string, readonly Reach[]>();
  readonly #onTheWay = new Set<string>();

  /** @param most a chain that more ways lead to is taken to be reached by anything. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * @param leading what comes there by each rule or element that leads there, and may ask for other chains; a chain that
   *   leads to itself adds nothing
   * @param anything what stands for more ways than are followed
   * @returns what can come to a chain, each reach once.
   */
  of(chain: string, leading: () => Iterable<Reach>, anything: () => readonly Reach[]): readonly Reach[] {
    const known = this.#known.get(chain);
    if (known !== undefined) return known;
    if (this.#onTheWay.has(chain)) return [];
    this.#onTheWay.add(chain);
    const found = this.#collect(leading(), anything);
    this.#onTheWay.delete(chain);
    // What was found on the way of another chain may lack what leads there through that one.
    if (this.#onTheWay.size === 0) this.#known.set(chain, found);
    return found;
  }

  #collect(leading: Iterable<Reach>, anything: () => readonly Reach[]): readonly Reach[] {
    const found = new Map<string, Reach>();
    for (const reach of leading) {
      found.set(textOf(reach), reach);
      if (found.size > this.#most) return anything();
    }
    return [...found.values()];
  }
}

function textOf({ box, hook, late, ownSource }: Reach): string {
  const { destination, destinationPort, source, sourcePort } = box;
  const ranges = [destination, destinationPort, source, sourcePort, late?.destination, late?.port];
  return [
    hook,
    ownSource,
    ...ranges.map((range) => range?.bounds.join() ?? ''),
    ...[box.protocols, box.doors, box.states],
  ].join(' ');
}

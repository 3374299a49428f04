import { KeyNumbers } from '../../conntrack/key-numbers.ts';
import { Counts } from './counts.ts';

/** Masqueraded flows of one source address toward one destination. They differ by the source port alone. */
export interface PortUse {
  /** IP protocol number. */
  readonly protocol: number;
  /** Numbers of addresses: the one that masquerading gave, and the destination. */
  readonly source: number;
  readonly destination: number;
  readonly port: number;
  readonly flows: number;
}

/** A node may masquerade toward any number of destinations; those met first are followed. */
const MOST_FOLLOWED = 200_000;

/** Counts how many source ports masquerading uses, for each address it gives and each destination. */
export class PortTally {
  /** By the address that masquerading gave, the destination, and its port with the protocol. */
  readonly #uses = new KeyNumbers();
  readonly #flows = new Counts();

  add(protocol: number, source: number, destination: number, port: number): void {
    const far = port * 256 + protocol;
    const isFull = this.#uses.count >= MOST_FOLLOWED;
    const use = isFull ? this.#uses.find(source, destination, far) : this.#uses.of(source, destination, far);
    if (use >= 0) this.#flows.add(use);
  }

  /** Uses of at least this many ports, most first. */
  atLeast(flows: number): PortUse[] {
    const found: PortUse[] = [];
    for (let use = 0; use < this.#uses.count; use++) {
      if (this.#flows.of(use) < flows) continue;
      const far = this.#uses.partOf(use, 2);
      found.push({
        protocol: far & 255,
        source: this.#uses.partOf(use, 0),
        destination: this.#uses.partOf(use, 1),
        port: far >> 8,
        flows: this.#flows.of(use),
      });
    }
    return found.sort((a, b) => b.flows - a.flows || a.destination - b.destination);
  }
}

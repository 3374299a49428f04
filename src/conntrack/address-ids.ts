import { type Address, formatAddress, parseAddress } from '../net/address.ts';

/**
 * Gives every address a small number, the same for the same address however it is spelt. A million flows name few
 * addresses many times: comparing and counting numbers costs no memory for each flow.
 */
export class AddressIds {
  /** Open addressing over the IPv4 addresses; 0 is free, else id + 1. */
  #slots = new Int32Array(1 << 12);
  #slotKeys = new Uint32Array(1 << 12);
  #used = 0;
  /** By id: the IPv4 address as a number, or the place in `#texts`. */
  #values = new Uint32Array(1 << 10);
  #isText = new Uint8Array(1 << 10);
  readonly #texts: string[] = [];
  readonly #textIds = new Map<string, number>();
  #count = 0;

  /** How many addresses have a number. */
  get count(): number {
    return this.#count;
  }

  /** @param value the address in host order, unsigned. */
  ofIpv4(value: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(value) & mask;
    for (;;) {
      const held = this.#slots[slot] ?? 0;
      if (held === 0) break;
      if (this.#slotKeys[slot] === value) return held - 1;
      slot = (slot + 1) & mask;
    }
    const id = this.#add(value, 0);
    this.#slots[slot] = id + 1;
    this.#slotKeys[slot] = value;
    if (++this.#used * 2 > this.#slots.length) this.#grow();
    return id;
  }

  /** @returns the number of an address given as text; null where it is none. */
  ofText(text: string): number | null {
    const known = this.#textIds.get(text);
    if (known !== undefined) return known;
    const address = parseAddress(text);
    if (address === null) return null;
    if (address.family === 'ipv4') return this.ofIpv4(Number(address.value));
    const usual = formatAddress(address);
    const same = this.#textIds.get(usual);
    if (same !== undefined) {
      this.#textIds.set(text, same);
      return same;
    }
    const id = this.#add(this.#texts.length, 1);
    this.#texts.push(usual);
    this.#textIds.set(usual, id);
    if (usual !== text) this.#textIds.set(text, id);
    return id;
  }

  /** @returns the number of an address. */
  of(address: Address): number {
    if (address.family === 'ipv4') return this.ofIpv4(Number(address.value));
    return this.ofText(formatAddress(address)) ?? 0;
  }

  /** @returns the address in its usual spelling. */
  textOf(id: number): string {
    const value = this.#values[id] ?? 0;
    if (this.#isText[id] === 1) return this.#texts[value] ?? '';
    return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
  }

  /** @returns the address itself. */
  addressOf(id: number): Address {
    if (this.#isText[id] === 0) return { family: 'ipv4', value: BigInt(this.#values[id] ?? 0) };
    return parseAddress(this.textOf(id)) ?? { family: 'ipv4', value: 0n };
  }

  #add(value: number, isText: number): number {
    const id = this.#count++;
    if (id >= this.#values.length) {
      this.#values = enlarged(this.#values, new Uint32Array(id * 2));
      this.#isText = enlarged(this.#isText, new Uint8Array(id * 2));
    }
    this.#values[id] = value;
    this.#isText[id] = isText;
    return id;
  }

  #grow(): void {
    const size = this.#slots.length * 2;
    const slots = new Int32Array(size);
    const keys = new Uint32Array(size);
    for (let old = 0; old < this.#slots.length; old++) {
      const held = this.#slots[old] ?? 0;
      if (held === 0) continue;
      const key = this.#slotKeys[old] ?? 0;
      let slot = hash(key) & (size - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      slots[slot] = held;
      keys[slot] = key;
    }
    this.#slots = slots;
    this.#slotKeys = keys;
  }
}

function enlarged<A extends Uint32Array | Uint8Array>(from: A, into: A): A {
  into.set(from);
  return into;
}

/** Spreads neighbouring addresses (Knuth's multiplicative hash). */
function hash(value: number): number {
  const mixed = Math.imul(value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

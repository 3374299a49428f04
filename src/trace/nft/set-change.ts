import type { Element } from '../../nftables/expression.ts';

/** What a rule wrote into a set on the packet's way; the packet meets it again further on (nft_dynset_eval). */
export interface NftSetChange {
  /** `inet t seen`. */
  readonly set: string;
  readonly entered: boolean;
  /** Null where a part of the key is not known. */
  readonly key: readonly (bigint | string)[] | null;
  /** The element as it is entered where it is not there already. */
  readonly element: Element;
}

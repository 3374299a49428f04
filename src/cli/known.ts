import { assumeNftHooks } from '../explain/question/assumed-nft-hooks.ts';
import type { Known } from '../explain/question/question.ts';
import type { Cluster } from '../kubernetes/objects.ts';
import { AddressBook } from '../proxy/addresses.ts';
import type { Capture } from './capture.ts';

/** Its indexes serve for every node of the cluster. */
const books = new WeakMap<Cluster, AddressBook>();

function bookOf(cluster: Cluster): AddressBook {
  const known = books.get(cluster);
  if (known !== undefined) return known;
  const book = new AddressBook(cluster);
  books.set(cluster, book);
  return book;
}

/**
 * @param nft `as-listed`: without what is taken for granted of chains that were not listed
 * @returns what a trace may ask of the capture; flows are read only if it does
 */
export function knownOf(
  capture: Capture,
  cluster: Cluster,
  nft: 'as-listed' | 'completed' = 'completed',
): Known {
  return {
    rulesets: capture.rulesets,
    host: capture.host,
    get nft() {
      return capture.nft === null || nft === 'as-listed' ? capture.nft : assumeNftHooks(capture.nft);
    },
    get nftHooks() {
      return capture.nftHooks;
    },
    cluster,
    book: bookOf(cluster),
    proxyMode: capture.info.proxyMode,
    get flows() {
      return capture.flows();
    },
    node: capture.info.node,
    get ipvs() {
      return capture.ipvs();
    },
    get cilium() {
      return capture.cilium();
    },
    get sockets() {
      return capture.sockets();
    },
  };
}

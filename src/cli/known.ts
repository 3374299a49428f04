import { assumeNftHooks } from '../explain/question/assumed-nft-hooks.ts';
import type { Known } from '../explain/question/question.ts';
import type { Cluster } from '../kubernetes/objects.ts';
import { bookOf } from '../proxy/addresses.ts';
import type { Capture } from './capture.ts';

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
    twins: capture.twins,
  };
}

import type { Known } from '../explain/question/question.ts';
import type { Cluster } from '../kubernetes/objects.ts';
import { AddressBook } from '../proxy/addresses.ts';
import type { Capture } from './capture.ts';

/** @returns what a trace may ask of the capture; flows are read only if it does. */
export function knownOf(capture: Capture, cluster: Cluster): Known {
  return {
    rulesets: capture.rulesets,
    host: capture.host,
    get nft() {
      return capture.nft;
    },
    cluster,
    book: new AddressBook(cluster),
    proxyMode: capture.info.proxyMode,
    get flows() {
      return capture.flows();
    },
    node: capture.info.node,
    get ipvs() {
      return capture.ipvs();
    },
  };
}

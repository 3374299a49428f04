import { parseNftName } from '../proxy/nft-names.ts';
import type { Question } from '../trace/question.ts';

/**
 * @returns true for the question whether session affinity keeps a client at an endpoint: an xt_recent list, a set of nftables mode
 *   (`affinity-…`, pkg/proxy/nftables), or a template of IPVS. Of new clients none is kept.
 */
export function isAffinity(question: Question): boolean {
  switch (question.code) {
    case 'recent':
    case 'ipvs-template':
      return true;
    case 'nft-element':
      return parseNftName(question.set)?.prefix === 'affinity';
    default:
      return false;
  }
}

import { hasRole } from '../proxy/chains.ts';
import { parseNftName } from '../proxy/nft-names.ts';
import type { Question } from '../trace/question.ts';

/**
 * @returns true for the question whether session affinity keeps a client at an endpoint: an xt_recent list of kube-proxy's, a set of nftables mode
 *   (`affinity-…`, pkg/proxy/nftables), or a template of IPVS. Of new clients none is kept.
 */
export function isAffinity(question: Question): boolean {
  switch (question.code) {
    // kube-proxy's lists are named as the chains of endpoints; others keep clients out, as a rule.
    case 'recent':
      return hasRole(question.list, 'endpoint');
    case 'ipvs-template':
      return true;
    case 'nft-element':
      return parseNftName(question.set)?.prefix === 'affinity';
    default:
      return false;
  }
}

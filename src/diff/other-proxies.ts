import { entersServices } from '../explain/proxies/enters-services.ts';
import { findProxies, proxyText } from '../explain/proxies/find-proxies.ts';
import type { State } from './two-sides.ts';

/**
 * Where no rule of kube-proxy serves, another proxy may, and what it does is in no file that is compared: that its marks are the
 * same on both sides proves nothing.
 * @returns what is not compared, in words, each once
 */
export function otherProxies(states: readonly [State, State]): string[] {
  const texts = states.flatMap(({ known }) =>
    known.proxyMode === 'ipvs' || known.proxyMode === 'nftables' || known.rulesets.some(entersServices)
      ? []
      : findProxies(known)
          .filter(({ proxy }) => proxy.serves === 'its-place')
          .map(
            (found) =>
              `Services: ${proxyText(found)}, and what ${found.proxy.what.replace(/,$/, '')} may make of packets is not compared`,
          ),
  );
  return [...new Set(texts)];
}

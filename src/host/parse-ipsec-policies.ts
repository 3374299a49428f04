import { type Prefix, parsePrefix } from '../net/prefix.ts';
import type { IpsecPolicy } from './facts.ts';

const SELECTOR = /^src (\S+) dst (\S+)/;
const DIRECTION = /^\s+dir (in|out|fwd)\b/;

/**
 * Reads `ip xfrm policy`. Those of sockets (`socket in`) concern their process alone, and are left out.
 * @returns in the order of the listing
 */
export function parseIpsecPolicies(text: string): IpsecPolicy[] {
  const found: IpsecPolicy[] = [];
  let selector: { readonly source: Prefix; readonly destination: Prefix } | null = null;
  for (const line of text.split('\n')) {
    const [, from, to] = SELECTOR.exec(line) ?? [];
    if (from !== undefined && to !== undefined) {
      const [source, destination] = [parsePrefix(from), parsePrefix(to)];
      selector = source === null || destination === null ? null : { source, destination };
    }
    const direction = DIRECTION.exec(line)?.[1];
    if (direction === undefined || selector === null) continue;
    found.push({ ...selector, direction: direction as IpsecPolicy['direction'] });
    selector = null;
  }
  return found;
}

import { interfaceSwitch } from '../host/sysctl.ts';
import { type Branch, changed } from './branch.ts';
import type { TraceContext } from './context.ts';
import { reachableEffects } from './reachable-effects.ts';

/**
 * A packet that leaves by the interface it came in by draws an ICMP redirect before FORWARD, which carries the packet's
 * connection through OUTPUT (ip_forward, ip_rt_send_redirect): a CONNMARK there changes what FORWARD sees. How often one is
 * sent depends on time, so the mark is not known from there.
 */
export function redirected(branch: Branch, { world }: TraceContext): Branch {
  const { family, inInterface, route, connection, bridged } = branch.state;
  if (connection === null || connection.mark === null || typeof inInterface !== 'string') return branch;
  if (route?.device !== inInterface || bridged === true) return branch;
  if (family === 'ipv4' && interfaceSwitch(world.host, family, 'send_redirects', inInterface, 'or') === 0)
    return branch;
  for (const table of ['raw', 'mangle', 'nat', 'filter', 'security'] as const)
    for (const { kind } of reachableEffects(world, table, 'OUTPUT'))
      if (kind === 'set-ct-mark' || kind === 'save-mark')
        return changed(branch, { connection: { ...connection, mark: null } });
  return branch;
}

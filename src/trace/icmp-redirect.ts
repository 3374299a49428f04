import { interfaceSwitch } from '../host/sysctl.ts';
import type { Ruleset } from '../iptables/ruleset.ts';
import type { NftChain, NftRuleset } from '../nftables/ruleset.ts';
import { type Branch, changed } from './branch.ts';
import type { TraceContext } from './context.ts';
import { reachableEffects } from './reachable-effects.ts';
import type { World } from './world.ts';

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
  const marks =
    world.rulesets.some((ruleset) => marksConnections(ruleset, world)) || nativeMarksConnections(world.nft);
  return marks ? changed(branch, { connection: { ...connection, mark: null } }) : branch;
}

/** The target that writes a connection's mark (libxt_CONNMARK). */
const CONNMARK = 'CONNMARK';

const KNOWN = new WeakMap<Ruleset | NftRuleset, boolean>();

/** Tables with more chains are not made for it: they may. */
const MOST_CHAINS = 100;

/** The same of native rules: those of every table with a chain at output, whichever of its chains that one leads to. */
function nativeMarksConnections(nft: NftRuleset | null | undefined): boolean {
  if (nft === null || nft === undefined) return false;
  const known = KNOWN.get(nft);
  if (known !== undefined) return known;
  const found = [...nft.tables.values()].some(({ chains }) => {
    if (!chains.hooked().some(({ base }) => base?.hook === 'output')) return false;
    return chains.size > MOST_CHAINS || [...chains.values()].some(writesConnectionMark);
  });
  KNOWN.set(nft, found);
  return found;
}

function writesConnectionMark({ rules }: NftChain): boolean {
  for (let index = 0; index < rules.length; index++) {
    if (rules.json(index)?.includes('"ct"') === false) continue;
    const { statements } = rules.at(index);
    if (
      statements.some(
        (each) => each.kind === 'assign' && each.field.kind === 'ct' && each.field.key === 'mark',
      )
    )
      return true;
  }
  return false;
}

/** Whether a packet through OUTPUT can come to a rule that writes the connection's mark: asked for every endpoint, answered once. */
function marksConnections(ruleset: Ruleset, world: World): boolean {
  const known = KNOWN.get(ruleset);
  if (known !== undefined) return known;
  // Most dumps name no such target anywhere, and their nat table can have 400,000 rules.
  const found = [...ruleset.tables.values()]
    .filter(({ chains }) => chains.mention?.(CONNMARK) !== false)
    .some(({ name }) => {
      const only = { ...world, rulesets: [ruleset] };
      for (const { kind } of reachableEffects(only, name, 'OUTPUT', (target) => target === CONNMARK))
        if (kind === 'set-ct-mark' || kind === 'save-mark') return true;
      return false;
    });
  KNOWN.set(ruleset, found);
  return found;
}

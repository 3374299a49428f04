import { type Command, command } from '../../command/command.ts';
import { kubeProxyTables } from '../../explain/services/nft/kube-proxy-tables.ts';
import { wordOf } from '../../explain/services/nft/verdict-maps.ts';
import { formatProtocol, parseProtocol } from '../../net/protocol.ts';
import { CHAINS, ipvsSet } from '../../proxy/chains.ts';
import { parseNftName } from '../../proxy/nft-names.ts';
import { NFT_OBJECTS, NFT_TABLE } from '../../proxy/nft-roles.ts';
import type { CheckContext } from '../context.ts';
import type { BareHairpin } from './hairpin-traced.ts';

/** Why an endpoint meets itself unmasqueraded. */
export interface HairpinCause {
  /** The same for endpoints with one cause. */
  readonly key: string;
  /** A clause; where a set lacks `member`, what lacks it. */
  readonly text: string;
  /** Null where no member of a set is missing. */
  readonly member: string | null;
  /** `chain …`, `set …`. */
  readonly object: string;
  readonly command: Command;
}

/**
 * @returns what of kube-proxy's is missing: the member of its set (IPVS: `LOOP-BACK` of pkg/proxy/ipvs/ipset.go; nftables
 *   since 1.36: `hairpin-connections`), the rule that asks it, or up to 1.35 the rule in the endpoint's chain
 */
export function hairpinCause(bare: BareHairpin, context: CheckContext): HairpinCause {
  return context.known.proxyMode === 'ipvs' ? inIpvs(bare, context) : inNft(bare, context);
}

function inIpvs({ port, endpoint }: BareHairpin, context: CheckContext): HairpinCause {
  const { family, protocol } = port;
  const name = ipvsSet('LOOP-BACK', family);
  const member = `${endpoint.address},${formatProtocol(protocol)}:${endpoint.port},${endpoint.address}`;
  const set = context.known.host.ipsets?.get(name);
  const has = set?.entries.some(({ parts }) => parts.join(',') === member) === true;
  if (!has)
    return {
      key: `member ${name}`,
      text: `set ${name}`,
      member,
      object: `set ${name}`,
      command: command('ipset', 'add', name, member),
    };
  const tool = context.tool({ family, backend: context.known.rulesets[0]?.backend ?? 'iptables-nft' });
  return {
    key: `rule ${name}`,
    text: `no rule of nat ${CHAINS.postrouting} masquerades what set ${name} holds`,
    member: null,
    object: `chain ${CHAINS.postrouting}`,
    command: command(tool, '-t', 'nat', '-S', CHAINS.postrouting),
  };
}

function inNft({ port, endpoint, outcome }: BareHairpin, { known }: CheckContext): HairpinCause {
  const ip = port.family === 'ipv6' ? 'ip6' : 'ip';
  const table = kubeProxyTables(known).find(({ family }) => family === port.family)?.table;
  const set = table?.sets.get(NFT_OBJECTS.hairpin);
  if (set === undefined) {
    const entered = outcome.path.flatMap(({ step: { target } }) =>
      target !== null && parseNftName(target)?.prefix === 'endpoint' ? [target] : [],
    );
    const chain = entered.at(-1) ?? NFT_OBJECTS.masquerading;
    return {
      key: `chain ${chain}`,
      text: `${chain} of ${ip} ${NFT_TABLE} has no rule that marks its own packets to be masqueraded`,
      member: null,
      object: `chain ${chain}`,
      command: command('nft', '-a', 'list', 'chain', ip, NFT_TABLE, chain),
    };
  }
  const wanted = `${endpoint.address} ${port.protocol} ${endpoint.port}`;
  const has = set.elements.some(({ key }) => {
    if (key?.kind !== 'concat') return false;
    const [from, , protocol, number] = key.parts.map(wordOf);
    return `${from} ${parseProtocol(protocol ?? '')} ${number}` === wanted;
  });
  return has
    ? {
        key: `rule ${ip}`,
        text: `no rule of chain ${NFT_OBJECTS.masquerading} of ${ip} ${NFT_TABLE} masquerades what set ${NFT_OBJECTS.hairpin} holds`,
        member: null,
        object: `chain ${NFT_OBJECTS.masquerading}`,
        command: command('nft', '-a', 'list', 'chain', ip, NFT_TABLE, NFT_OBJECTS.masquerading),
      }
    : {
        key: `member ${ip}`,
        text: `set ${NFT_OBJECTS.hairpin} of ${ip} ${NFT_TABLE}`,
        member: [endpoint.address, endpoint.address, formatProtocol(port.protocol), endpoint.port].join(
          ' . ',
        ),
        object: `set ${NFT_OBJECTS.hairpin}`,
        command: command('nft', 'list', 'set', ip, NFT_TABLE, NFT_OBJECTS.hairpin),
      };
}

import { command } from '../../command/command.ts';
import { kubeProxyTables } from '../../explain/services/nft/kube-proxy-tables.ts';
import { type Family, formatAddress } from '../../net/address.ts';
import { NFT_OBJECTS, NFT_TABLE } from '../../proxy/nft-roles.ts';
import { counted, listed } from '../../words/numbers.ts';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.ts';
import { proxyLogs } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';

/** kube-proxy works in nftables mode, and packets do not come to its chains: its table, or a base chain of it, is gone. */
export const nftNotHooked: FindingKind<CheckContext> = {
  code: 'KP403',
  title: 'packets do not come to kube-proxy’s nft chains',
  find: (context): Finding[] => [
    ...withoutTable(context),
    ...withoutHook(context),
    ...withoutNodePorts(context),
  ],
};

function withoutTable(context: CheckContext): Finding[] {
  const { known } = context;
  const { nft } = known;
  if (known.proxyMode !== 'nftables' || nft == null || nft.cutAt !== null || nft.part === true) return [];
  const held = new Set(kubeProxyTables(known).map(({ family }) => family));
  // Alone it may be what `nft list table` prints, in the same form as the whole ruleset.
  const isOneTable = nft.tables.size === 1;
  return FAMILIES.flatMap((family): Finding[] => {
    const ports = (context.expected ?? []).filter(
      (port) => port.family === family && port.endpoints.length > 0,
    );
    if (held.has(family) || ports.length === 0) return [];
    const name = `${family === 'ipv6' ? 'ip6' : 'ip'} ${NFT_TABLE}`;
    return [
      {
        code: 'KP403',
        severity: 'error',
        message: `there is no table ${name}, though kube-proxy works in nftables mode: no ${family} Service works through this node`,
        service: null,
        objects: ['all Services', `table ${name}`],
        hits: 'everybody who uses a Service through this node',
        evidence: [
          factEvidence(
            `${nft.file} lists ${counted(nft.tables.size, 'table')}${tablesText([...nft.tables.keys()])}`,
          ),
          factEvidence(`the API has ${counted(ports.length, `${family} Service port`)} with endpoints`),
        ],
        advice: `${isOneTable ? 'make sure that all tables were listed (`nft list ruleset`), not one alone; then ' : ''}read kube-proxy’s log for a failing nft (an older nft in its image aborts on sets that a newer one made), look for what flushes the ruleset (a restart of nftables.service), and restart kube-proxy`,
        command: proxyLogs(),
        certainty: isOneTable ? 'probable' : 'certain',
      },
    ];
  });
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

function tablesText(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${listed(names)}`;
}

function withoutHook(context: CheckContext): Finding[] {
  const deviations = context.deviationsBy('nft-not-hooked');
  return FAMILIES.flatMap((family): Finding[] => {
    const own = deviations.filter(({ port }) => port.family === family);
    if (own.length === 0) return [];
    const ports = own.map(({ port }) => port);
    const names = serviceNames(ports);
    const table = kubeProxyTables(context.known).find((each) => each.family === family)?.table;
    const bases = (table?.chains.hooked() ?? []).flatMap(({ name, base }) =>
      base === null ? [] : [`${name} (${base.type}, ${base.hook})`],
    );
    return [
      {
        code: 'KP403',
        severity: 'error',
        message: `packets for ${listed(names, 3)} do not come to kube-proxy’s chain of Services: ${table?.dormant === true ? 'its table is dormant' : 'no base chain of its table leads there'}`,
        service: onlyService(ports),
        objects: [...names, `table ${family === 'ipv6' ? 'ip6' : 'ip'} ${NFT_TABLE}`],
        hits: hitsOf(own),
        evidence: [factEvidence(`base chains of the table: ${listed(bases, 12) || 'none'}`)],
        advice: 'restart kube-proxy on this node: it makes its base chains anew when it starts',
        command: proxyLogs(),
        certainty: 'certain',
      },
    ];
  });
}

/** The map of node ports is asked for the addresses in set `nodeport-ips` alone. */
function withoutNodePorts(context: CheckContext): Finding[] {
  const deviations = context.deviationsBy('nft-node-ports');
  return FAMILIES.flatMap((family): Finding[] => {
    const own = deviations.filter(({ port }) => port.family === family);
    const [first] = own;
    if (first === undefined) return [];
    const ports = own.map(({ port }) => port);
    const names = serviceNames(ports);
    const set = NFT_OBJECTS.nodePortIps;
    const ip = family === 'ipv6' ? 'ip6' : 'ip';
    const address = formatAddress(first.way.address);
    const flag = context.input.kubeProxyFlags.find((each) => each.startsWith('--nodeport-addresses='));
    const why =
      flag === undefined
        ? `kube-proxy was told no --nodeport-addresses, and then ${address}, the address of the Node, is in it`
        : `kube-proxy was told ${flag}, which takes ${address}`;
    return [
      {
        code: 'KP403',
        severity: 'error',
        message: `set ${set} of ${ip} ${NFT_TABLE} has no address: no node port answers on this node, not that of ${listed(names, 3)}`,
        service: onlyService(ports),
        objects: [...names, `set ${set}`],
        hits: hitsOf(own),
        evidence: [factEvidence(why), factEvidence(`example: ${exampleOf(first)}`)],
        advice:
          'see in kube-proxy’s log whether it found the node’s addresses; it writes the set anew when it starts',
        command: command('nft', 'list', 'set', ip, NFT_TABLE, set),
        certainty: 'certain',
      },
    ];
  });
}

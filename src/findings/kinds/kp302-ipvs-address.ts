import { command } from '../../command/command.ts';
import { isLocalAddress } from '../../host/local-addresses.ts';
import type { VirtualServer } from '../../ipvs/model.ts';
import { type Address, formatAddress } from '../../net/address.ts';
import { counted, listed } from '../../words/numbers.ts';
import { onlyService, serviceNames } from '../affected.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { ipvsOf, virtualEvidence } from '../ipvs.ts';
import { IPVS_DEVICE } from '../ipvs-device.ts';

/** IPVS balances an address that is not the node's own: what comes in for it is routed past IPVS. */
export const ipvsAddressMissing: FindingKind<CheckContext> = {
  code: 'KP302',
  title: 'a Service’s address is missing from kube-ipvs0',
  find(context): Finding[] {
    const lacking = [...missingAddresses(context).values()];
    const compared = context.expected !== null;
    // Others balance with IPVS, too: an address of keepalived's is elsewhere while this node is the backup.
    const missing = compared ? lacking.filter((one) => portsAt([one], context).length > 0) : lacking;
    if (missing.length === 0) return [];
    const ports = portsAt(missing, context);
    const names = serviceNames(ports);
    const texts = missing.map(({ address }) => formatAddress(address));
    const [first] = missing;
    const gone = context.known.host.links?.some(({ name }) => name === IPVS_DEVICE) === false;
    return [
      {
        code: 'KP302',
        severity: 'error',
        message: `${gone ? `interface ${IPVS_DEVICE} is gone` : `${IPVS_DEVICE} lacks ${listed(texts, 3)}`}, which IPVS balances${names.length === 0 ? '' : ` for ${listed(names, 3)}`}: packets for it are routed past IPVS`,
        service: onlyService(ports),
        objects: [...names, ...texts],
        hits: 'pods of this node and clients outside: they time out; processes of the node still get through',
        evidence: [
          factEvidence(`no address of this node: ${listed(texts, 10)}`),
          ...missing.slice(0, 5).map(({ server }) => virtualEvidence(server)),
        ],
        advice: `kube-proxy adds ${missing.length === 1 ? 'it' : `the ${counted(missing.length, 'address', 'addresses')}`} again when it starts; find what took ${missing.length === 1 ? 'it' : 'them'} away (a network manager, a script, IPv6 switched off and on)`,
        command:
          first === undefined || gone || !compared
            ? null
            : command(
                'ip',
                'addr',
                'add',
                `${formatAddress(first.address)}/${first.address.family === 'ipv4' ? 32 : 128}`,
                'dev',
                IPVS_DEVICE,
              ),
        certainty: compared ? 'certain' : 'probable',
      },
    ];
  },
};

interface Missing {
  readonly address: Address;
  readonly server: VirtualServer;
}

/** @returns the addresses that IPVS balances and that the node does not have, by their text; empty where the capture does not tell. */
export function missingAddresses(context: CheckContext): ReadonlyMap<string, Missing> {
  const table = ipvsOf(context);
  const missing = new Map<string, Missing>();
  if (table === null || context.known.proxyMode !== 'ipvs') return missing;
  for (const server of table.servers) {
    if (server.takes.by !== 'socket') continue;
    const { address } = server.takes;
    if (isLocalAddress(context.known.host, address) === false)
      missing.set(formatAddress(address), { address, server });
  }
  return missing;
}

function portsAt(missing: readonly Missing[], { expected }: CheckContext): ExpectedPort[] {
  const texts = new Set(missing.map(({ address }) => formatAddress(address)));
  return (expected ?? []).filter(
    ({ service, clusterIP }) =>
      texts.has(formatAddress(clusterIP)) ||
      [...service.externalIPs, ...service.loadBalancer.flatMap(({ ip }) => ip ?? [])].some((ip) =>
        texts.has(ip),
      ),
  );
}

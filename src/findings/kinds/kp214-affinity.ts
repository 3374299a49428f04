import type { ServiceItem } from '../../explain/service-list.ts';
import { onlyService, serviceNames } from '../affected.ts';
import { showChain } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import { labelOfPort } from '../expected/expected-port.ts';
import type { Finding, FindingKind } from '../finding.ts';

/** The rules, or IPVS, keep a client at its endpoint where the API does not ask for it, or the other way round. */
export const affinityDiffers: FindingKind<CheckContext> = {
  code: 'KP214',
  title: 'session affinity differs from the API',
  find(context): Finding[] {
    if (context.notCompared !== null) return [];
    return (context.expected ?? []).flatMap((port): Finding[] => {
      const item = context.programmedPorts.of(port).at(-1);
      if (item === undefined || !item.endpoints.some(({ scope }) => scope === 'cluster')) return [];
      const asked =
        port.service.sessionAffinity === 'ClientIP'
          ? (port.service.affinitySeconds ?? DEFAULT_SECONDS)
          : null;
      if (asked === item.affinitySeconds) return [];
      const is = item.affinitySeconds === null ? 'none' : `${item.affinitySeconds} s`;
      const should = asked === null ? 'none' : `${asked} s`;
      return [
        {
          code: 'KP214',
          severity: 'warning',
          message: `${labelOfPort(port)}: ${item.backend === 'ipvs' ? 'IPVS has' : 'the rules have'} session affinity ${is}, the API asks for ${should}`,
          service: onlyService([port]),
          objects: [...serviceNames([port]), ...item.chains.slice(0, 1).map((chain) => `chain ${chain}`)],
          hits: whoNotices(asked, item.affinitySeconds),
          evidence: [
            factEvidence(affinityText(item, is)),
            factEvidence(
              `Service ${labelOfPort(port)}: sessionAffinity ${port.service.sessionAffinity ?? 'None'}`,
            ),
          ],
          advice: `restart kube-proxy on this node, which writes ${item.backend === 'ipvs' ? 'its virtual servers' : 'the chain'} anew`,
          command:
            item.chains[0] === undefined || item.backend === 'ipvs' || item.backend === 'nft'
              ? null
              : showChain(
                  context.tool({ family: item.family, backend: item.backend }),
                  'nat',
                  item.chains[0],
                ),
          certainty: 'certain',
        },
      ];
    });
  },
};

/** The API server fills this in; objects written by hand may lack it. */
const DEFAULT_SECONDS = 10_800;

function whoNotices(asked: number | null, is: number | null): string {
  if (asked === null) return 'clients that stay at one endpoint for no reason';
  if (is === null) return 'clients that are sent to another endpoint at each connection';
  return `clients that come again: they stay at their endpoint ${is > asked ? 'longer' : 'shorter'} than asked`;
}

function affinityText({ backend, chains }: ServiceItem, is: string): string {
  if (backend === 'ipvs') return `its virtual servers in IPVS: persistence ${is}`;
  return `${chains[0] ?? 'its chain'}: recent --rcheck ${is}`;
}

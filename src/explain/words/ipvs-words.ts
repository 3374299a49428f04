import { clientOr, denied, type WordsFor } from './clauses.ts';
import type { IpvsQuestion } from './packet-words.ts';

/** What IPVS chooses or remembers, in words. */
export const IPVS_WORDS: { readonly [C in IpvsQuestion]: WordsFor<C> } = {
  'ipvs-choice': ({ server, scheduler, real, of }) => {
    const by = scheduler === null ? 'the scheduler' : `scheduler ${scheduler}`;
    return denied(
      real === null
        ? `${by} of IPVS ${server} falls on a real server of weight 0, and none is taken`
        : `${by} of IPVS ${server} picks ${real}, one of ${of}`,
    );
  },
  'ipvs-template': ({ server, seconds, client, real }) =>
    denied(
      real === null
        ? `no template of IPVS ${server} holds ${clientOr(client)}`
        : `a template of IPVS ${server} keeps ${clientOr(client)} at ${real} (persistent ${seconds})`,
      'capture `ipvsadm -Lnc` and give --from ADDRESS',
    ),
};

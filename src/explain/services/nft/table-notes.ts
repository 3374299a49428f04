import type { Note } from '../../explanation.ts';
import type { Known } from '../../question/question.ts';
import { kubeProxyTables } from './kube-proxy-tables.ts';

/** Says where Services may be missing from a list: of kube-proxy's table some was not listed. */
export function noteNft(known: Known): Note[] {
  return kubeProxyTables(known).flatMap(({ table, cut }) =>
    cut
      ? [
          {
            code: 'nft-table-in-part',
            text: `of nft table ${table.family} ${table.name} some chains, maps or elements were not captured: Services may be missing from this list`,
            settle: 'capture the whole rule set with `nft -j list ruleset`',
          },
        ]
      : [],
  );
}

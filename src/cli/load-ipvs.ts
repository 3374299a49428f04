import type { IpvsListing } from '../ipvs/model.ts';
import { parseIpvs } from '../ipvs/parse-ipvs.ts';
import { joinListings } from '../ipvs/table.ts';
import type { ProblemList } from '../problems/problem.ts';
import { type SortedSources, textOf } from './sort-sources.ts';

/** @returns what the listings of IPVS tell; those that broke off count for what they still tell. */
export function loadIpvs(sources: SortedSources, problems: ProblemList): IpvsListing {
  const read = (kind: 'ipvs' | 'ipvs-connections', holds: 'servers' | 'connections'): IpvsListing[] =>
    (sources.get(kind) ?? []).map(({ source }) => {
      const { cut, picked } = source;
      const ends = cut === true || picked === true;
      const listing = parseIpvs(textOf(source, problems) ?? '', source.name, problems, holds, ends);
      return picked === true ? withoutSome(listing) : listing;
    });
  return joinListings([...read('ipvs', 'servers'), ...read('ipvs-connections', 'connections')]);
}

/** Any line may be missing: virtual servers, real servers of each, connections. */
function withoutSome(listing: IpvsListing): IpvsListing {
  const servers = listing.servers?.map((server) => ({ ...server, incomplete: true as const })) ?? null;
  return { ...listing, servers, incomplete: true, connectionsIncomplete: true };
}

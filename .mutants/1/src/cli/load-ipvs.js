import { parseIpvs } from '../ipvs/parse-ipvs.js';
import { joinListings } from '../ipvs/table.js';
import { textOf } from './sort-sources.js';
/** @returns what the listings of IPVS tell; those that broke off count for what they still tell. */
export function loadIpvs(sources, problems) {
    const read = (kind, holds) => (sources.get(kind) ?? []).map(({ source }) => parseIpvs(textOf(source, problems) ?? '', source.name, problems, holds, source.cut === true));
    return joinListings([...read('ipvs', 'servers'), ...read('ipvs-connections', 'connections')]);
}

import { parseCiliumServices } from '../cilium/parse-services.js';
import { textOf } from './sort-sources.js';
/** @returns what Cilium listed of its Services; null where it was not given. */
export function loadCilium(sorted, problems) {
    const listings = sorted.get('cilium-services');
    if (listings === undefined)
        return null;
    const frontends = listings.flatMap(({ source }) => parseCiliumServices(textOf(source, problems) ?? '', source.name, problems).frontends);
    return { frontends };
}

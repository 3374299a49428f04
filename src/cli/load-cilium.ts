import type { CiliumServices } from '../cilium/model.ts';
import { parseCiliumServices } from '../cilium/parse-services.ts';
import type { ProblemList } from '../problems/problem.ts';
import { type SortedSources, textOf } from './sort-sources.ts';

/** @returns what Cilium listed of its Services; null where it was not given. */
export function loadCilium(sorted: SortedSources, problems: ProblemList): CiliumServices | null {
  const listings = sorted.get('cilium-services');
  if (listings === undefined) return null;
  const read = listings.map(({ source }) => {
    const services = parseCiliumServices(textOf(source, problems) ?? '', source.name, problems);
    return source.picked === true || source.cut === true ? { ...services, incomplete: true } : services;
  });
  return {
    frontends: read.flatMap(({ frontends }) => frontends),
    ...(read.some(({ incomplete }) => incomplete) ? { incomplete: true } : {}),
  };
}

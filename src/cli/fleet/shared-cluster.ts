import { createHash } from 'node:crypto';
import type { Cluster } from '../../kubernetes/objects.ts';
import { type Problem, ProblemList } from '../../problems/problem.ts';
import type { Progress } from '../progress.ts';
import type { SortedSource, SortedSources } from '../sort-sources.ts';

/** What was read last, and what was wrong with it. */
interface Read {
  readonly key: string;
  readonly names: string;
  readonly cluster: Cluster;
  readonly problems: readonly Problem[];
}

/** Reads what the API says of a cluster. */
type Load = (sources: SortedSources, problems: ProblemList, progress: Progress) => Promise<Cluster>;

/**
 * The nodes of one cluster come with the same API objects, byte by byte: those of a node are read and indexed once for all that follow
 * it. Other objects take their place, so that no more than one cluster's are held.
 */
export class SharedCluster {
  readonly #load: Load;
  #last: Read | null = null;

  constructor(load: Load) {
    this.#load = load;
  }

  /** @returns what the API says in these sources; `problems` gets what is wrong with them, each time. */
  async of(sources: SortedSources, problems: ProblemList, progress: Progress): Promise<Cluster> {
    const given = [...(sources.get('kubernetes') ?? []), ...(sources.get('kubectl-table') ?? [])];
    const key = digestOf(given);
    const names = given.map(({ source }) => source.name).join('\n');
    const last = this.#last;
    // Problems name the file, and lie in each.
    if (last?.key === key && (last.problems.length === 0 || last.names === names)) {
      problems.addAll(last.problems);
      return last.cluster;
    }
    this.#last = null;
    const own = new ProblemList();
    const cluster = await this.#load(sources, own, progress);
    problems.addAll(own.list());
    this.#last = { key, names, cluster, problems: own.list() };
    return cluster;
  }
}

function digestOf(given: readonly SortedSource[]): string {
  const hash = createHash('sha256');
  for (const { source } of given) {
    hash.update(`\0${source.size} ${source.cut === true} ${source.picked === true}\0`);
    for (const piece of source.chunks()) hash.update(piece);
  }
  return hash.digest('hex');
}

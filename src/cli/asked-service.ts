import { type CapturedFile, sourcesOf } from '../capture/captured-file.ts';
import { nearest } from '../explain/words/nearest.ts';
import { ProblemList } from '../problems/problem.ts';
import { bookOf } from '../proxy/addresses.ts';
import { loadCluster } from './load-cluster.ts';
import type { Progress } from './progress.ts';
import { sortSources } from './sort-sources.ts';
import { UsageError } from './usage-error.ts';

/** A Service that a question names. */
export interface AskedService {
  /** As typed: `shop/web:http`, or an address, which is none. */
  readonly text: string;
  /** Of names given without one. */
  readonly namespace: string;
}

/** `namespace/service[:port]`, and none of the other ways to say a destination: those wait until the rules are there. */
const PLAIN_NAME =
  /^(?!(?:svc|services?|po|pods?|no|nodes?|ep|endpoints?|deploy\w*)\/)[a-z0-9.-]+\/[a-z0-9.-]+(?::[\w-]+)?$/;

/**
 * Looks for the Service before a node is read, which takes seconds. Only a whole list of the API's can lack it: where some of it could
 * not be read, the rules' comments may name it.
 * @param objects what the API gave. Throws UsageError where there is no such Service.
 */
export async function requireService(
  { text, namespace }: AskedService,
  objects: readonly CapturedFile[],
  progress: Progress,
): Promise<void> {
  if (!PLAIN_NAME.test(text)) return;
  const services = objects.filter(({ path }) => path === 'services.json');
  const problems = new ProblemList();
  const sorted = sortSources(sourcesOf(services), problems, 'pastes');
  const cluster = await loadCluster(sorted, problems, progress);
  if (cluster.services === null || problems.list().length > 0) return;
  const answer = bookOf(cluster).resolve(text, namespace, null);
  if (answer.kind !== 'no-such-service') return;
  const [, name = text, port = ''] = /^(.*?)(:[^:]*)?$/.exec(text) ?? [];
  const [near] = nearest(
    name,
    cluster.services.map((one) => `${one.namespace}/${one.name}`),
  );
  const meant = near === undefined ? '.' : `; did you mean ${near}${port}?`;
  throw new UsageError(
    'question',
    `the API has no Service ${name}, so no node was read${meant} Rules that are left of it are followed with --no-api`,
  );
}

import { fileURLToPath } from 'node:url';
import type { ProblemList } from '../problems/problem.ts';
import type { Limits } from './limits.ts';
import { readFolder } from './read-folder.ts';
import type { SourceText } from './source.ts';

/** The captures bundled with the program, by the mode of kube-proxy on their node. */
export type DemoName = 'iptables' | 'nftables' | 'ipvs';

/** The names, the usual one first. */
export const DEMOS: readonly DemoName[] = ['iptables', 'nftables', 'ipvs'];

/** The folders whose files make up a bundled capture, its own first. */
const FOLDERS: Readonly<Record<DemoName, readonly string[]>> = {
  iptables: ['demo'],
  nftables: ['demo-nftables', 'demo'],
  ipvs: ['ipvs'],
};

/** The nodes in iptables and in nftables mode are one cluster: these files are the same, and stand in the folder of the first. */
export const SHARED_FILES: ReadonlySet<string> = new Set([
  'endpointslices.json',
  'nodes.json',
  'pods.json',
  'services.json',
  'ip-rule.json',
  'ip6-rule.json',
]);

/** @returns the files of a bundled capture, unread as far as possible; the same from `src/` and from `dist/`. */
export async function readDemo(demo: DemoName, limits: Limits, problems: ProblemList): Promise<SourceText[]> {
  const [own = '', main] = FOLDERS[demo];
  const files = await readFolder('demo', folder(own), limits, problems);
  if (main === undefined) return files;
  const shared = await readFolder('demo', folder(main), limits, problems);
  return [...files, ...shared.filter(({ name }) => SHARED_FILES.has(name.replace(/^.*\//, '')))];
}

/** @returns the folders whose files make up a bundled capture, its own first. */
export function demoFolders(demo: DemoName): string[] {
  return FOLDERS[demo].map(folder);
}

function folder(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
}

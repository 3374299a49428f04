import type { ProblemList } from '../problems/problem.ts';
import { hintsOfName } from './contract-files.ts';
import type { Limits } from './limits.ts';
import { ownPath, partsInside } from './own-files.ts';
import { readFolder } from './read-folder.ts';
import { type SourceText, sourceOfBytes } from './source.ts';

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
  const read = (name: string): Promise<SourceText[]> | SourceText[] =>
    insideSources(name) ?? readFolder('demo', folder(name), limits, problems);
  const [own = '', main] = FOLDERS[demo];
  const files = await read(own);
  if (main === undefined) return files;
  return [...files, ...(await read(main)).filter(({ name }) => SHARED_FILES.has(name.replace(/^.*\//, '')))];
}

/** @returns the folders whose files make up a bundled capture, its own first. */
export function demoFolders(demo: DemoName): string[] {
  return FOLDERS[demo].map(folder);
}

/** Of a single executable the files lie in it. @returns null where they are a folder. */
function insideSources(name: string): SourceText[] | null {
  const parts = partsInside();
  if (parts === null) return null;
  const within = `fixtures/${name}`;
  return parts.list(within).flatMap((path) => {
    const bytes = parts.read(path);
    const local = path.slice(within.length + 1);
    const hints = hintsOfName(local);
    return bytes === null || hints === null ? [] : [sourceOfBytes(`demo/${local}`, bytes, hints)];
  });
}

function folder(name: string): string {
  return ownPath(`fixtures/${name}`);
}

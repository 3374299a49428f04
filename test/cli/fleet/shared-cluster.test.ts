import { describe, expect, it } from 'vitest';
import { sourceOfBytes } from '../../../src/capture/source.ts';
import { SharedCluster } from '../../../src/cli/fleet/shared-cluster.ts';
import { SILENT_IO } from '../../../src/cli/io.ts';
import { loadCluster } from '../../../src/cli/load-cluster.ts';
import { Progress } from '../../../src/cli/progress.ts';
import { sortSources } from '../../../src/cli/sort-sources.ts';
import { ProblemList } from '../../../src/problems/problem.ts';
import { toldAll } from '../../../src/problems/told-problem.ts';

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'shop', name },
  spec: { clusterIP: '10.96.0.5', ports: [{ port: 80 }] },
});
const list = (...items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
const NO_NAME = { apiVersion: 'v1', kind: 'Service', metadata: {}, spec: {} };

/** Reads one capture's objects after the other. */
function reader() {
  const names: string[] = [];
  const shared = new SharedCluster(async (sources, problems, progress) => {
    names.push(sources.get('kubernetes')?.[0]?.source.name ?? 'none');
    return await loadCluster(sources, problems, progress);
  });
  const read = async (name: string, text: string) => {
    const problems = new ProblemList();
    const sorted = sortSources([sourceOfBytes(name, Buffer.from(text), null)], problems);
    const cluster = await shared.of(sorted, problems, new Progress(SILENT_IO));
    return { cluster, told: toldAll(problems.list()).map(({ file, message }) => `${file}: ${message}`) };
  };
  return { read, names };
}

describe('Are the API objects of one cluster read once for all of its nodes?', () => {
  it('where they are the same, byte by byte', async () => {
    const { read, names } = reader();
    const first = await read('a', list(service('web')));
    const second = await read('b', list(service('web')));
    expect(second.cluster).toBe(first.cluster);
    expect(names).toEqual(['a']);
  });

  it('not where one byte is another', async () => {
    const { read, names } = reader();
    await read('a', list(service('web')));
    const { cluster } = await read('b', list(service('wem')));
    expect(cluster.services?.map(({ name }) => name)).toEqual(['wem']);
    expect(names).toEqual(['a', 'b']);
  });

  it('not where something is wrong with them: each file is named', async () => {
    const { read, names } = reader();
    const text = list(service('web'), NO_NAME);
    const first = await read('a', text);
    expect(first.told).toHaveLength(1);
    expect(first.told[0]).toContain('a: ');
    expect((await read('b', text)).told[0]).toContain('b: ');
    expect(names).toEqual(['a', 'b']);
    // Of a live cluster they all come from the same place.
    expect((await read('b', text)).told).toEqual([first.told[0]?.replace('a: ', 'b: ')]);
    expect(names).toEqual(['a', 'b']);
  });
});

import { RECENT_FOLDER } from '../contract-files.ts';
import type { Collector } from './collector.ts';

const FOLDER = '/proc/net/xt_recent';

/** Reads the lists of xt_recent that the rules name: session affinity's memory of clients. */
export async function collectRecent(collector: Collector, rules: readonly (Buffer | null)[]): Promise<void> {
  const names = new Set(rules.flatMap((bytes) => (bytes === null ? [] : listNames(bytes.toString('utf8')))));
  if (names.size === 0) return;
  const texts = await collector.place.readMany(
    [...names].map((name) => `${FOLDER}/${name}`),
    'where rules ask xt_recent: the lists that they name',
  );
  const failed = [...texts.values()].find(({ kind }) => kind === 'unreadable');
  if (failed?.kind === 'unreadable') {
    collector.report('recent-unreadable', { folder: FOLDER, why: failed.why }, collector.lacks('cat'));
  }
  for (const [path, text] of texts) {
    if (text.kind !== 'text') continue;
    const name = path.slice(FOLDER.length + 1);
    const origin = `${collector.place.prefix}${path}`;
    collector.add({ path: `${RECENT_FOLDER}/${name}`, bytes: Buffer.from(text.text), origin });
  }
}

/** @returns the lists that rules name; names that are no plain file name are left out. */
function listNames(text: string): string[] {
  return [...text.matchAll(/ -m recent [^\n]*?--name (\S+)/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => /^[\w.-]+$/.test(name) && !/^\.+$/.test(name));
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clean } from './judge-pastes.ts';

/** @returns the dumps of the fixtures, and those of the captures beside the repository where they are there. */
export function cleanDumps(root: string): Clean[] {
  const files = [
    'fixtures/demo/iptables-save.txt',
    'fixtures/demo/ip6tables-save.txt',
    'fixtures/kube-proxy-1.20-legacy/iptables-save.txt',
  ];
  const captures = join(root, '../shared/captures');
  for (const name of existsSync(captures) ? readdirSync(captures) : [])
    if (/iptables/.test(name)) files.push(join('../shared/captures', name, 'iptables-save.txt'));
  return files
    .filter((file) => existsSync(join(root, file)))
    .map((file) => ({ name: file, text: readFileSync(join(root, file), 'utf8') }));
}

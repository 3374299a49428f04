import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCapture } from '../support/open-capture.ts';
import { questionsOf, redactFolder, shapeOf, writeFiles } from './compare.ts';
import { addressesIn, findLeaks, type Original } from './leaks.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const ours = ['demo', 'kube-proxy-1.20-legacy'].map((name) => join(FIXTURES, name));
/** KP_CAPTURES names more capture folders, separated by colons. */
const folders = [...ours, ...(process.env.KP_CAPTURES ?? '').split(':').filter((folder) => folder !== '')];
const written = mkdtempSync(join(tmpdir(), 'kp-explain-redact-'));
afterAll(() => rmSync(written, { recursive: true }));

/** Names that are words of the formats too, so that finding them proves nothing. */
const WORDS = new Set(
  'default kubernetes tcp udp sctp http https dns node pod local external admin host other web hints c lb echo'.split(
    ' ',
  ),
);

/** @returns every address, MAC address, name and hash in a capture's files, found with nothing but patterns. */
function originals(folder: string): Original[] {
  const found: Original[] = [];
  const names = new Set<string>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:txt|json)$|xt_recent\//.test(file) || /broken\.json|change\.json|formats\//.test(file))
      continue;
    const text = readFileSync(join(folder, file), 'utf8');
    found.push(...addressesIn(text));
    for (const [token] of text.matchAll(
      /KUBE-(?:SVC|SVL|SEP|EXT|FW|XLB)-[A-Z2-7]{16}|\bveth\w+|CNI-(?:DN-)?[0-9a-f]{20,}/g,
    )) {
      names.add(token);
    }
    if (!/^(?:services|endpointslices|endpoints|pods|nodes|capture)\.json$/.test(file)) continue;
    const pattern =
      /"(?:name|namespace|nodeName|zone|hostname|node|kubernetes\.io\/service-name)": ?"([^"]+)"/g;
    for (const [, name = ''] of text.matchAll(pattern)) if (!WORDS.has(name)) names.add(name);
  }
  return [...found, ...[...names].map((name) => ({ name, forms: [name] }))];
}

describe.each(folders)('%s, redacted', (folder) => {
  it('holds no address, MAC address, name or hash of the original, in whatever form', async () => {
    const { files } = await redactFolder(folder);
    const wanted = originals(folder);
    expect(wanted.length).toBeGreaterThan(100);
    const left = files.flatMap(({ path, bytes }) => findLeaks(`${path}\n${bytes.toString('utf8')}`, wanted));
    expect(left).toEqual([]);
  });

  it('gives outcomes of the same shape', { timeout: 120_000 }, async () => {
    const { files, renamer, problems } = await redactFolder(folder);
    const target = join(written, folder.replaceAll('/', '_'));
    writeFiles(target, files);
    const before = (await openCapture(folder)).capture;
    const after = (await openCapture(target)).capture;
    const questions = await questionsOf(before, 200);
    expect(questions.length).toBeGreaterThan(100);
    for (const question of questions) {
      const address = renamer.address(question.address) ?? '';
      const expected = await shapeOf(before, question);
      expect([question, await shapeOf(after, { ...question, address })]).toEqual([question, expected]);
    }
    expect(after.info.proxyMode).toBe(before.info.proxyMode);
    expect(problems.list().filter(({ code }) => code !== 'not-redactable')).toEqual([]);
  });
});

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';

const DEMO = join(import.meta.dirname, '../../fixtures/demo-nftables');
const FOLDER = mkdtempSync(join(tmpdir(), 'kp-explain-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

interface Listed {
  readonly nftables: readonly Readonly<Record<string, Record<string, unknown>>>[];
}

/** The demo as nft would have listed it without the elements of these sets: `nft -t -j` leaves out `elem`, as it does for an empty set. */
function without(isLeftOut: (name: string) => boolean, manifest: object = {}): string {
  const folder = mkdtempSync(join(FOLDER, 'node-'));
  cpSync(DEMO, folder, { recursive: true });
  const listed = JSON.parse(readFileSync(join(folder, 'nft.json'), 'utf8')) as Listed;
  for (const { set, map } of listed.nftables)
    for (const each of [set, map]) if (isLeftOut(String(each?.name))) delete each?.elem;
  writeFileSync(join(folder, 'nft.json'), JSON.stringify(listed));
  const told = JSON.parse(readFileSync(join(folder, 'capture.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'capture.json'), JSON.stringify({ ...told, ...manifest }));
  return folder;
}

const ask = async (folder: string, ...argv: string[]) => {
  const { out, err } = await run([...argv, '-f', folder]);
  return { out, err: err.replaceAll(/\s+/g, ' ') };
};
const WEB = ['trace', '10.96.10.1:80', '--from', '10.244.1.13', '--detail', 'answer'];

describe('nft -t lists sets without their elements: what do they hold?', () => {
  it('nobody knows, where kube-proxy’s maps lead to none of its chains and no set has an element', async () => {
    const terse = without(() => true);
    const { out, err } = await ask(terse, ...WEB);
    expect(out).toMatch(/UNKNOWN: what .*vmap @\S+" of ip kube-proxy .* is not in the listing/);
    expect(out).not.toMatch(/DROP|ACCEPT/);
    expect(err).toContain('seems to be printed by `nft -t`');
    const services = await ask(terse, 'services');
    expect(services.out).not.toContain('no rule for');
    const check = await ask(terse, 'check');
    expect(check.out).not.toMatch(/KP102|KP40\d/);
    expect((await ask(terse, 'chain', 'service-ips')).out).toContain('seems to be printed by `nft -t`');
  });

  it('an empty map beside sets that hold something is empty', async () => {
    const { out, err } = await ask(
      without((name) => name === 'service-ips'),
      ...WEB,
    );
    expect(out).toMatch(/REJECT with \S+ by ip kube-proxy cluster-ips-check/);
    expect(err).not.toContain('nft -t');
  });

  it('what this program captured itself is empty', async () => {
    const commands = [{ file: 'nft.json', command: 'nft -j list ruleset', bytes: 1000 }];
    const { out, err } = await ask(
      without(() => true, { commands }),
      ...WEB,
    );
    expect(out).not.toContain('UNKNOWN');
    expect(err).not.toContain('nft -t');
  });
});

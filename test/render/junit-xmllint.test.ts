import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { hasTool } from '../support/has-tool.ts';

const SCHEMA = join(import.meta.dirname, 'junit.rng');

/** @returns what xmllint says of a document; empty where it fits. */
function lint(xml: string): string {
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--relaxng', SCHEMA, '-'], {
    input: xml,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stderr;
}

const names = (xml: string, element: string) =>
  [...xml.matchAll(new RegExp(`<${element} (?:classname="([^"]*)" )?name="([^"]*)"`, 'g'))].map(
    ([, suite = '', name]) => `${suite} ${name}`,
  );

describe.skipIf(!hasTool('xmllint'))('does JUnit fit what Jenkins and Surefire read?', () => {
  it.each([
    ['one capture', 'check --demo'],
    ['several captures', 'check fixtures/demo fixtures/kube-proxy-1.20-legacy'],
    ['the same capture twice, and one that cannot be read', 'check fixtures/demo fixtures/demo/ LICENSE'],
    ['one that cannot be read, alone', 'check LICENSE'],
  ])('%s', async (_, line) => {
    const { out } = await run([...line.split(' '), '-o', 'junit']);
    expect(lint(out)).toBe('');
    for (const element of ['testsuite', 'testcase']) {
      const all = names(out, element);
      expect(all.length).toBeGreaterThan(0);
      expect(new Set(all).size, `${element} names twice`).toBe(all.length);
    }
  });

  it('are rules that were not compared with the API skipped, and not passed?', async () => {
    const { out } = await run(['check', 'fixtures/demo/iptables-save.txt', '-o', 'junit']);
    expect(lint(out)).toBe('');
    expect(out).toMatch(/name="rules compared with the API" time="0">\n\s+<skipped message="[^"]+"\/>/);
    expect(out).toMatch(/<testsuite [^>]* skipped="1"/);
    expect((await run(['check', '--demo', '-o', 'junit'])).out).not.toContain('<skipped');
  });

  it('is a document of before refused?', () => {
    expect(
      lint(
        '<testsuites name="x" time="0" tests="0" failures="0" errors="0"><testsuite name="a" tests="0" failures="0"/></testsuites>',
      ),
    ).not.toBe('');
  });
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Draft4 from 'ajv-draft-04';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';

const require = createRequire(import.meta.url);
const SCHEMA = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const validate = new Draft4.default({
  strict: false,
  validateFormats: false,
  unicodeRegExp: false,
  logger: false,
}).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));

async function sarif(line: string) {
  const { out } = await run([...line.split(' '), '-o', 'sarif']);
  const document = JSON.parse(out);
  validate(document);
  return { errors: validate.errors ?? [], document, run: document.runs[0] };
}

describe('does SARIF fit the schema of the standard?', () => {
  it.each(['check --demo', 'check fixtures/demo LICENSE', 'check LICENSE'])('%s', async (line) => {
    const { errors } = await sarif(line);
    expect(errors).toEqual([]);
  });

  it('would a wrong one be refused?', async () => {
    const { document } = await sarif('check --demo');
    document.runs[0].results[0].level = 'fatal';
    validate(document);
    expect(validate.errors).not.toBeNull();
  });
});

describe('what does a SARIF reader learn?', () => {
  it('of each rule what it is, and its page as help', async () => {
    const { run: found } = await sarif('check --demo');
    const rule = found.tool.driver.rules.find(({ id }: { id: string }) => id === 'KP101');
    expect(rule.name).toBe('StaleUDPFlows');
    expect(rule.fullDescription.text).toMatch(/^conntrack still sends flows where no new one goes/);
    expect(rule.help.markdown).toMatch(/^# KP101: Stale UDP flows/);
    expect(rule.help.text).not.toMatch(/\*\*|^#/m);
    expect(rule.defaultConfiguration.level).toBe('error');
  });

  it('of each result a region in a file that is there', async () => {
    const { run: found } = await sarif('check fixtures/demo');
    for (const { locations, message } of found.results) {
      const [{ physicalLocation }] = locations;
      expect(physicalLocation.region.startLine).toBeGreaterThan(0);
      expect(() => readFileSync(physicalLocation.artifactLocation.uri), message.text).not.toThrow(/ENOENT/);
    }
    const stale = found.results.find(({ ruleId }: { ruleId: string }) => ruleId === 'KP101');
    const { artifactLocation, region } = stale.locations[0].physicalLocation;
    expect(artifactLocation.uri).toBe('fixtures/demo/conntrack.txt');
    expect(region.snippet.text).toMatch(/10\.96\.10\.40/);
  });

  it('of a capture that cannot be read that the run is not complete', async () => {
    const { run: found } = await sarif('check LICENSE');
    expect(found.invocations[0].executionSuccessful).toBe(false);
    expect(found.invocations[0].toolExecutionNotifications[0].message.text).toMatch(/^not checked: /);
    expect(found.results).toEqual([]);
  });
});

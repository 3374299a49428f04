import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { run } from '../cli/run-main.ts';
import {
  deleteRules,
  type Edit,
  editObjects,
  insertRules,
  withAltered,
} from '../findings/altered-capture.ts';

const HEAD = 'apiVersion: kp-explain/v1\nkind: Expectations\n';
const BROKEN: Edit = insertRules(
  'nat',
  'PREROUTING',
  '-d 10.96.10.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.13:8080',
);
const expectations = (text: string): Edit => ['expect.yaml', () => HEAD + text];
const empty = mkdtempSync(join(tmpdir(), 'kp-explain-empty-'));

afterAll(() => rmSync(empty, { recursive: true, force: true }));

/** Runs the program on an altered capture; `FOLDER` in the arguments stands for it. */
const runOn = (edits: readonly Edit[], ...argv: string[]) =>
  withAltered(edits, async (folder) => {
    const { status, out, err } = await run(argv.map((word) => word.replace('FOLDER', folder)));
    return { status, out: out.replaceAll(folder, 'FOLDER'), err: err.replaceAll(folder, 'FOLDER') };
  });

describe('what does check say of a healthy node', () => {
  it('breaks what was not understood at the width of the terminal, as every command does', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'kp-explain-cut-')), 'rules.txt');
    const text = readFileSync(join(import.meta.dirname, '../../fixtures/demo/iptables-save.txt'), 'utf8');
    writeFileSync(path, text.slice(0, 20_000));
    const { err } = await run(['check', '-f', path], { columns: 100, env: { NO_COLOR: '1' } });
    expect(err).toContain('rules are missing');
    for (const line of err.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    rmSync(path);
  });

  it('passes, with notes only', async () => {
    const { status, out } = await run(['check', '--demo', '--ignore', 'KP101']);
    expect(status).toBe(0);
    expect(out).toMatch(/^demo on node-1: ok$/m);
    expect(out).not.toMatch(/^(?:ERROR|WARNING)/m);
    expect(out).toMatch(/^note KP104 shop\/\S+.*: externalTrafficPolicy Local without a local endpoint$/m);
    expect(out).toMatch(/61 Service ports compared with the API, packet by packet/);
  });

  it('compares nothing without API objects, and says so', async () => {
    const { status, out } = await run(['check', '-f', 'fixtures/k3s-ngx/iptables-nat-L.txt']);
    expect(status).toBe(0);
    expect(out).toMatch(/rules not compared with the API: the capture has no Services or no EndpointSlices/);
  });

  it('is silent on kube-proxy 1.20 with its iptables-legacy rules', async () => {
    const { status, out } = await run([
      'check',
      'fixtures/kube-proxy-1.20-legacy',
      '--severity',
      'warning',
      '--ignore',
      'KP101',
    ]);
    expect(out).not.toMatch(/^(?:ERROR|WARNING)/m);
    expect(status).toBe(0);
  });
});

describe('what does check say where not all is known', () => {
  const cut = (file: string): Edit => [file, (text) => text.slice(0, 30_000)];
  const without = (...names: string[]): Edit[] => names.map((name) => [name, () => '']);

  it.each(['iptables-save.txt', 'endpointslices.json', 'services.json', 'pods.json'])(
    '%s is cut',
    async (file) => {
      const { status, out } = await runOn([cut(file)], 'check', 'FOLDER', '--ignore', 'KP101');
      expect(out).not.toMatch(/^(?:ERROR|WARNING)/m);
      expect(out).toContain(`rules not compared with the API: not all of FOLDER/${file} could be read`);
      expect(status).toBe(0);
    },
  );

  it('says so in the heading, and names what is missing', async () => {
    const { out } = await runOn([cut('iptables-save.txt')], 'check', 'FOLDER', '--ignore', 'KP101');
    expect(out).toMatch(/^FOLDER on node-1: nothing wrong found in what could be checked$/m);
    expect(out).toMatch(
      /^note KP130 not everything could be checked: the rules were not compared with the API: not all of/m,
    );
    expect(out).not.toContain('pods were not captured');
  });

  it('only some namespaces may be read: their Services alone are compared', async () => {
    const slices: Edit = [
      'endpointslices.json',
      (text) => {
        const list: { items: { metadata: { namespace: string } }[] } = JSON.parse(text);
        return JSON.stringify({
          ...list,
          items: list.items.filter(({ metadata }) => metadata.namespace === 'kube-system'),
        });
      },
    ];
    const { status, out } = await runOn(
      [slices, ...without('endpoints.json')],
      'check',
      'FOLDER',
      '--ignore',
      'KP101',
    );
    expect(out).not.toMatch(/^(?:ERROR|WARNING)/m);
    expect(out).toMatch(/EndpointSlices of 3 namespaces are not in the capture \(.*default and shop\)/);
    expect(out).toContain(
      '3 of 61 Service ports compared with the API, packet by packet; 58 not: EndpointSlices',
    );
    expect(status).toBe(0);
  });

  it('what could not be read when the state was taken is told', async () => {
    const manifest: Edit = [
      'capture.json',
      (text) =>
        JSON.stringify({
          ...JSON.parse(text),
          problems: [
            {
              code: 'forbidden',
              message: 'pods is forbidden: User "ann" cannot list',
              file: 'pods.json',
              line: null,
            },
            7,
            null,
          ],
        }),
    ];
    const { status, out } = await runOn(
      [manifest, ['pods.json', () => '']],
      'check',
      'FOLDER',
      '--ignore',
      'KP101',
    );
    expect(out).toContain('when the state was taken: pods.json: pods is forbidden: User "ann" cannot list');
    expect(status).toBe(0);
  });

  it.each([
    [['nodes.json']],
    [['capture.json']],
    [['capture.json', 'nodes.json']],
    [['ip-addr.json', 'ip-route.json', 'sysctl.txt']],
    [['pods.json', 'nft.json']],
  ])('without %j nothing is made up', async (names) => {
    const { status, out } = await runOn(without(...names), 'check', 'FOLDER', '--ignore', 'KP101');
    expect(out).not.toMatch(/^(?:ERROR|WARNING)/m);
    expect(status).toBe(0);
  });
});

describe('what does check say of a broken node', () => {
  it('fails, names the rule and its line, whom it hits and what to do', async () => {
    const { status, out } = await runOn([BROKEN], 'check', 'FOLDER', '--ignore', 'KP101');
    expect(status).toBe(1);
    expect(out).toMatch(/^FOLDER on node-1: 1 error$/m);
    expect(out).toMatch(/^ERROR KP203 a foreign rule redirects a Service$/m);
    expect(out).toMatch(
      /FOLDER\/iptables-save\.txt:\d+ {2}-A PREROUTING -d 10\.96\.10\.1\/32 .* -j DNAT --to-destination 10\.244\.1\.13:8080/,
    );
    expect(out).toMatch(/^ {2}hits {4}pods of this node and clients outside the cluster, by cluster IP$/m);
    expect(out).toMatch(/iptables -t nat -D PREROUTING 1$/m);
  });

  it('the JSON report has the fields of the contract', async () => {
    const { status, out } = await runOn(
      [BROKEN],
      'check',
      'FOLDER',
      '-o',
      'json',
      '--severity',
      'error',
      '--ignore',
      'KP101',
    );
    const report = JSON.parse(out);
    expect(status).toBe(1);
    expect(report).toMatchObject({
      apiVersion: 'kp-explain/v1',
      kind: 'CheckReport',
      passed: false,
      summary: { error: 1, warning: 0, info: 0 },
    });
    expect(report.findings[0]).toMatchObject({
      code: 'KP203',
      severity: 'error',
      service: { namespace: 'shop', name: 'web', port: null },
      objects: ['shop/web', 'chain PREROUTING'],
      certainty: 'certain',
      page: 'docs/findings/KP203.md',
    });
    expect(report.findings[0].evidence[0]).toEqual({
      file: 'FOLDER/iptables-save.txt',
      line: expect.any(Number),
      text: expect.stringContaining('-A PREROUTING'),
    });
  });

  it('passes where what is broken is left out', async () => {
    expect(
      (await runOn([BROKEN], 'check', 'FOLDER', '--ignore', 'KP203=shop/web', '--ignore', 'KP101')).status,
    ).toBe(0);
    expect(
      (await runOn([BROKEN], 'check', 'FOLDER', '--ignore', 'KP203=shop/other', '--ignore', 'KP101')).status,
    ).toBe(1);
    expect((await runOn([BROKEN], 'check', 'FOLDER', '--only', 'KP107')).status).toBe(0);
  });

  it('one fault is one finding, however many Services it hits', async () => {
    const { out } = await runOn(
      [deleteRules('nat', /-A PREROUTING .*KUBE-SERVICES/)],
      'check',
      'FOLDER',
      '-o',
      'json',
      '--severity',
      'warning',
      '--ignore',
      'KP101',
    );
    expect(JSON.parse(out).findings.map(({ code }: { code: string }) => code)).toEqual(['KP202']);
  });

  it('what a capture holds cannot steer a terminal or a workflow', async () => {
    const evil = insertRules(
      'filter',
      'FORWARD',
      '-m comment --comment "\u001b[2J\u202e::error::owned" -j DROP',
    );
    const text = await runOn([evil], 'check', 'FOLDER');
    expect(text.out).not.toContain('\u001b');
    expect(text.out).not.toContain('\u202e');
    const github = await runOn([evil], 'check', 'FOLDER', '-o', 'github');
    expect(
      github.out
        .split('\n')
        .filter((line) => line.startsWith('::'))
        .every((line) => /^::(?:error|warning|notice) (?:file|title)=/.test(line)),
    ).toBe(true);
    expect(github.out).not.toContain('\u001b');
    for (const format of ['junit', 'sarif']) {
      const { out } = await runOn([evil], 'check', 'FOLDER', '-o', format);
      expect(out).not.toMatch(/[\u001b\u202e]/);
      // SARIF is JSON: no line of it begins with a text.
      expect(out).toContain(format === 'junit' ? '\\x3a:error::owned' : '::error::owned');
    }
  });

  it.each([']]>', '"><script>&', 'x\n::error::owned', '\u0007\u2028\u0085', 'a,b:c%0A'])(
    'names of API objects such as %j are quoted in every format',
    async (name) => {
      const renamed = editObjects('services.json', ({ metadata }) => {
        if (metadata.name === 'web') Object.assign(metadata, { name: `web${name}` });
      });
      const junit = await runOn([renamed], 'check', 'FOLDER', '-o', 'junit');
      expect(junit.status).toBe(1);
      // Tags and references alone: nothing that was captured makes one.
      expect(
        junit.out.replace(/<\/?(?:testsuites?|testcase|failure|system-out|\?xml)\b[^<>]*>/g, ''),
      ).not.toMatch(/[<>]/);
      expect(junit.out.replace(/&(?:amp|lt|gt|quot|#\d+);/g, '')).not.toContain('&');
      const sarif = JSON.parse((await runOn([renamed], 'check', 'FOLDER', '-o', 'sarif')).out);
      expect(JSON.stringify(sarif)).toContain(JSON.stringify(`shop/web${name}`).slice(1, -1));
      const github = await runOn([renamed], 'check', 'FOLDER', '-o', 'github');
      const odd = github.out
        .split('\n')
        .filter((line) => !/^(?:::(?:error|warning|notice) (?:file|title)=|kp-explain check: |$)/.test(line));
      expect(odd).toEqual([]);
      const text = await runOn([renamed], 'check', 'FOLDER');
      expect(text.out).not.toMatch(/^::|[\u0007\u2028\u0085]/m);
    },
  );
});

describe('expectations', () => {
  const packet = (expect: string, more = '') =>
    expectations(
      `packets:\n  - name: pods reach the shop\n    from: pod\n    to: shop/web\n    expect: ${expect}\n${more}`,
    );

  it('that hold are counted', async () => {
    const { status, out } = await runOn(
      [
        packet(
          '{ verdict: accept, endpoints: [shop/web-a1, shop/web-a2, "10.244.2.11:8080"], masquerade: false, through: [KUBE-SERVICES, KUBE-SVC-E3PXEPMWAWIUT6ZV], notThrough: [KUBE-MARK-MASQ] }',
        ),
      ],
      'check',
      'FOLDER',
      '--ignore',
      'KP101',
    );
    expect(out).toMatch(/^1 expectation holds$/m);
    expect(status).toBe(0);
  });

  it.each([
    ['{ verdict: drop }', 'verdict is accept, not drop'],
    ['{ endpoints: [shop/web-a1] }', 'also goes to 10.244.1.12:8080, 10.244.2.11:8080'],
    ['{ endpoints: [shop/web-a1, shop/web-a2, shop/web-b1, "10.9.9.9:1"] }', 'does not go to 10.9.9.9:1'],
    ['{ masquerade: true }', 'is not masqueraded on the way to 10.244.1.11:8080'],
    ['{ through: [KUBE-MARK-MASQ] }', 'goes past chain KUBE-MARK-MASQ'],
    [
      '{ notThrough: [KUBE-SEP-FBUQD36J3XDXJWPV] }',
      'goes, on 1 of 3 ways, through chain KUBE-SEP-FBUQD36J3XDXJWPV',
    ],
  ])('%s is broken', async (wanted, message) => {
    const { status, out } = await runOn([packet(wanted)], 'check', 'FOLDER');
    expect(status).toBe(1);
    expect(out).toContain('BROKEN pods reach the shop  (FOLDER/expect.yaml:4)');
    expect(out).toContain(message);
  });

  it('about what is not there are broken, and say why', async () => {
    const { status, out } = await runOn(
      [expectations('packets: [{ name: a, from: pod, to: shop/nosuch, expect: { verdict: accept } }]\n')],
      'check',
      'FOLDER',
    );
    expect(status).toBe(1);
    expect(out).toMatch(/cannot be asked: no Service shop\/nosuch in the capture/);
  });

  it('about the number of flows', async () => {
    const flows = (most: number) => expectations(`conntrack: [{ service: shop/web, most: ${most} }]\n`);
    expect((await runOn([flows(1_000_000)], 'check', 'FOLDER', '--ignore', 'KP101')).status).toBe(0);
    expect((await runOn([flows(0)], 'check', 'FOLDER', '--ignore', 'KP101')).out).toMatch(
      /\d+ flows, more than 0/,
    );
  });

  it('allow a finding with a reason, and tell an entry that nothing needs', async () => {
    const { status, out } = await runOn(
      [
        BROKEN,
        expectations(
          'findings:\n  allow:\n    - { code: KP203, object: shop/web, reason: a test proxy }\n    - { code: KP107, reason: not there }\n',
        ),
      ],
      'check',
      'FOLDER',
      '--ignore',
      'KP101',
    );
    expect(status).toBe(0);
    expect(out).toContain('allowed: KP203 shop/web (a test proxy)');
    expect(out).toMatch(/allowed finding KP107.*\n {2}is not there/);
  });

  it('with a mistake are an error with its line', async () => {
    const { status, err } = await runOn([packet('{ verdikt: drop }')], 'check', 'FOLDER');
    expect(status).toBe(2);
    expect(err).toBe('error: FOLDER/expect.yaml:7: expect has no key "verdikt"; did you mean verdict?\n');
  });

  it('that --update writes hold, and are kept where they are renewed', async () => {
    await withAltered([], async (folder) => {
      const file = join(folder, 'expect.yaml');
      expect((await run(['check', folder, '--update'])).status).toBe(0);
      const { status, out } = await run(['check', folder]);
      expect(out).toMatch(/\d{3} expectations hold/);
      expect(status).toBe(0);
      const written: {
        packets: { name: string; expect: object }[];
        findings: { allow: { code: string; reason: string }[] };
      } = parseYaml(readFileSync(file, 'utf8'));
      const [first] = written.packets;
      writeFileSync(
        file,
        JSON.stringify({
          ...written,
          packets: [{ ...first, expect: { verdict: 'drop' } }],
          findings: { allow: [{ code: 'KP104', reason: 'my own words' }] },
        }),
      );
      expect((await run(['check', folder])).status).toBe(1);
      await run(['check', folder, '--update']);
      const renewed: typeof written = parseYaml(readFileSync(file, 'utf8'));
      expect(renewed.packets).toEqual([first]);
      expect(renewed.findings.allow.find(({ code }) => code === 'KP104')?.reason).toBe('my own words');
    });
  });

  it('are not written where there is no folder for them', async () => {
    const { status, err } = await run(['check', '--demo', '--update']);
    expect(status).toBe(2);
    expect(err).toMatch(/--update writes expect\.yaml into a capture folder/);
  });
});

describe('several captures', () => {
  it('below a folder are each checked, and one that cannot be read is told', async () => {
    await withAltered([], async (folder) => {
      const parent = join(empty, 'captures');
      mkdirSync(join(parent, 'deep/bad'), { recursive: true });
      writeFileSync(join(parent, 'deep/bad/iptables-save.txt'), 'nothing of use\n');
      const { status, out, err } = await run(['check', folder, parent, '--ignore', 'KP101']);
      expect(status).toBe(2);
      expect(out).toContain(`${folder} on node-1: ok`);
      expect(err).toMatch(/bad: not checked: no iptables rules/);
      // A report that left it out would pass in silence.
      const junit = await run(['check', folder, parent, '-o', 'junit']);
      expect(junit.out).toMatch(
        /errors="1" time="0">\n[\s\S]*<error type="capture-not-checked" message="not checked: /,
      );
      const sarif = JSON.parse((await run(['check', folder, parent, '-o', 'sarif'])).out);
      expect(sarif.runs[0].invocations[0].executionSuccessful).toBe(false);
      const github = await run(['check', folder, parent, '-o', 'github']);
      expect(github.out).toMatch(/^::error title=not checked::.*deep\/bad: not checked/m);
      expect(github.out).toMatch(/, 1 not checked$/m);
    });
  });

  it('give a list in JSON, even if it is a list of one', async () => {
    await withAltered([], async (folder) => {
      const one = JSON.parse((await run(['check', folder, '-o', 'json'])).out);
      const list = JSON.parse(
        (await run(['check', folder, 'fixtures/kube-proxy-1.20-legacy', '-o', 'json'])).out,
      );
      const parent = join(empty, 'one');
      mkdirSync(parent);
      symlinkSync(folder, join(parent, 'link'));
      cpSync(folder, join(parent, 'node-1'), { recursive: true });
      const below = JSON.parse((await run(['check', parent, '-o', 'json', '--only', 'KP107'])).out);
      expect(one.kind).toBe('CheckReport');
      expect(list.kind).toBe('CheckReportList');
      expect(list.items).toHaveLength(2);
      expect(below.kind).toBe('CheckReportList');
      // Links to folders are not followed.
      expect(below.items).toHaveLength(1);
    });
  });
});

describe('objects of some namespaces only', () => {
  it('are not compared with the rules of all of them', async () => {
    const shopOnly: Edit = [
      'endpointslices.json',
      (text) => {
        const list = JSON.parse(text) as { items: { metadata: { namespace: string } }[] };
        return JSON.stringify({
          ...list,
          items: list.items.filter(({ metadata }) => metadata.namespace === 'shop'),
        });
      },
    ];
    const none: Edit = ['endpoints.json', () => '{"kind":"EndpointsList","apiVersion":"v1","items":[]}'];
    const { status, out, err } = await runOn([shopOnly, none], 'check', 'FOLDER', '--ignore', 'KP101');
    expect([status, out]).toEqual([0, expect.not.stringMatching(/^(?:ERROR|WARNING)/m)]);
    expect(`${out}${err}`.replaceAll(/\s+/g, ' ')).toMatch(
      /no endpoint of default\/kubernetes, as every cluster has/,
    );
  });
});

describe('a wrong command line', () => {
  it.each([
    [['check', '--demo', '--only', 'KP999'], /no finding has the code KP999/],
    [['check', '--demo', '--only', 'forward'], /A code is KP and three digits/],
    [['check', '--demo', '--ignore', 'KP104='], /Say CODE, or CODE=OBJECT/],
    [['check', '--demo', '--severity', 'bad'], /Allowed choices are error, warning, info/],
    [['check', '--demo', '-o', 'xml'], /Allowed choices are text, json, yaml, junit, sarif, github/],
    [['check', 'fixtures/demo', '--demo'], /not both/],
    [['check', '/nonexistent/capture'], /nonexistent/],
    [['check', '--demo', '--expect', '/nonexistent/expect.yaml'], /nonexistent/],
  ])('%j', async (argv, message) => {
    const { status, err, out } = await run(argv);
    expect(status).toBe(2);
    expect(err).toMatch(message);
    expect(out).toBe('');
  });
});

describe('formats for machines', () => {
  it('SARIF names the rule, the file and the line, and parses', async () => {
    const { out } = await runOn(
      [BROKEN],
      'check',
      'FOLDER',
      '-o',
      'sarif',
      '--severity',
      'warning',
      '--ignore',
      'KP101',
    );
    const { version, runs } = JSON.parse(out);
    expect(version).toBe('2.1.0');
    const [result] = runs[0].results;
    expect(result).toMatchObject({ ruleId: 'KP203', level: 'error' });
    expect(runs[0].tool.driver.rules[result.ruleIndex].id).toBe('KP203');
    expect(result.locations[0].physicalLocation.region.startLine).toBeGreaterThan(1);
    expect(result.locations[0].physicalLocation.artifactLocation.uri).toMatch(/iptables-save\.txt$/);
  });

  it('JUnit counts what failed, broken expectations too', async () => {
    const wrong = expectations(
      'packets: [{ name: a < b & "c", from: pod, to: shop/web, expect: { verdict: drop } }]\n',
    );
    const { out } = await runOn([BROKEN, wrong], 'check', 'FOLDER', '-o', 'junit', '--ignore', 'KP101');
    expect(out).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="kp-explain check" tests="\d+" failures="2" errors="0" time="0">/,
    );
    expect(out).toContain('name="expectation: a &lt; b &amp; &quot;c&quot;"');
    expect(out.match(/<testcase /g)?.length).toBe(Number(/tests="(\d+)"/.exec(out)?.[1]));
    expect(out.match(/<failure /g)?.length).toBe(2);
  });

  it('GitHub annotations carry file and line', async () => {
    const { out } = await runOn(
      [BROKEN],
      'check',
      'FOLDER',
      '-o',
      'github',
      '--severity',
      'error',
      '--ignore',
      'KP101',
    );
    expect(out).toMatch(
      /^::error file=FOLDER\/iptables-save\.txt,line=\d+,title=KP203 a foreign rule redirects a Service::nat PREROUTING rule 1 sends/,
    );
    expect(existsSync(join(import.meta.dirname, '../../action.yml'))).toBe(true);
  });
});

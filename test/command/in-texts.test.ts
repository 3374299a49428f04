import { afterAll, describe, expect, it } from 'vitest';
import { notThere } from '../../src/capture/live/command-result.ts';
import { describeKubectl } from '../../src/capture/live/kubectl-failure.ts';
import { planCommands } from '../../src/capture/live/plan.ts';
import { quoteCommand } from '../../src/command/quote.ts';
import { run } from '../cli/run-main.ts';
import { PasteBox } from '../support/paste.ts';

const box = new PasteBox();
afterAll(() => box.remove());

const ODD = "x;touch\u202eP;'$(touch P)'`touch P`\n#";

describe('does a command within a text of trace run what its words say?', () => {
  const chain = `x;touch\${IFS}P;'\`reboot\``;
  const rules = [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    `:${chain} - [0:0]`,
    `-A FORWARD -j ${chain}`,
    ...Array.from({ length: 60 }, (_, index) => `-A ${chain} -s 10.9.0.${index}/32 -j DROP`),
    'COMMIT\n',
  ];
  const ask = ['trace', '10.0.0.9:80', '--from', '10.0.0.5', '-f', '-', '--detail', 'full'];

  it.each([null, 40, 80, 200])('in a terminal of %s columns, where it stays on one line', async (columns) => {
    const { out } = await run(ask, { stdin: rules.join('\n'), ...(columns === null ? {} : { columns }) });
    const [, line = ''] = /`(kp-explain chain [^`]*)`/.exec(out) ?? [];
    expect(line).not.toContain('\n');
    expect(box.paste('/bin/bash', line, ['kp-explain']).ran).toEqual([['kp-explain', 'chain', chain]]);
  });
});

describe('does a command for a live node run what its words say?', () => {
  const pod = { namespace: ODD, name: ODD };
  const access = { kubeconfig: ODD, context: ODD };

  it.each(['exec', 'debug', 'auto'] as const)('those that --show-commands prints, via %s', async (via) => {
    const node = { node: ODD, via, pod, image: ODD, profile: null, debugNamespace: ODD };
    const lines = await planCommands({ node, access, needs: { host: 'all', flows: 'all' } }, true);
    expect(lines.some((line) => line.includes('touch'))).toBe(true);
    for (const line of lines) {
      const { ran, files } = box.paste('/bin/bash', line, ['kubectl']);
      const [argv = []] = ran;
      // A comment behind a command says when it is run.
      expect(argv.length === 0 ? '' : quoteCommand(argv)).toBe(
        line.startsWith('#') ? '' : line.replace(/ {2}# only .*$/, ''),
      );
      expect(ran.length).toBe(line.startsWith('#') ? 0 : 1);
      expect(files.size).toBe(0);
    }
  });

  it('the one that an error names', () => {
    const argv = ['kubectl', `--context=${ODD}`, 'get', `pod/${ODD}`];
    const result = {
      ...notThere(argv),
      failure: 'status' as const,
      exitStatus: 1,

      lastWords: 'boom',
    };
    const { message } = describeKubectl(result, 'a pod');
    const [, line = ''] = /`([^`]*)`/.exec(message) ?? [];
    expect(box.paste('/bin/bash', line, ['kubectl']).ran).toEqual([argv]);
  });
});

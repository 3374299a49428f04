import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const DEMO = readFileSync(join(import.meta.dirname, '../../fixtures/demo/iptables-save.txt'), 'utf8');
/** All of filter, so that nothing is missing there. */
const FILTER = DEMO.slice(DEMO.indexOf('*filter'), DEMO.indexOf('COMMIT', DEMO.indexOf('*filter')) + 7);

const WEB = `-A KUBE-SERVICES -d 10.96.3.3/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SVC-AAAAAAAAAAAAAAAA ! -s 10.244.0.0/16 -d 10.96.3.3/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "default/web -> 10.244.1.11:8080" -j KUBE-SEP-BBBBBBBBBBBBBBBB
-A KUBE-SEP-BBBBBBBBBBBBBBBB -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination 10.244.1.11:8080
`;

const ROWS = `KUBE-SVC-AAAAAAAAAAAAAAAA  tcp  --  anywhere             10.96.3.3            /* default/web cluster IP */ tcp dpt:http
KUBE-SVC-CCCCCCCCCCCCCCCC  tcp  --  anywhere             10.96.4.4            /* default/api cluster IP */ tcp dpt:http

Chain KUBE-SVC-AAAAAAAAAAAAAAAA (1 references)
target     prot opt source               destination
KUBE-SEP-BBBBBBBBBBBBBBBB  all  --  anywhere             anywhere             /* default/web -> 10.244.1.11:8080 */

Chain FORWARD (policy ACCEPT)
target     prot opt source               destination
`;

const verdicts = async (text: string, ...question: readonly string[]): Promise<string[]> => {
  const { out } = await ask(text, 'trace', ...question, '-o', 'json');
  return JSON.parse(out).items.flatMap((item: { outcomes: { verdict: string }[] }) =>
    item.outcomes.map(({ verdict }) => verdict),
  );
};

const FROM = ['--from', '10.244.2.5'] as const;

describe('a packet that none of the picked rules for Services takes', () => {
  it('may be for another Service: it is accepted only as far as was captured', async () => {
    const other = ['10.96.9.9:80', ...FROM] as const;
    expect(await answerTo(`${FILTER}\n${WEB}`, ...other)).toContain(
      'ACCEPT destination unchanged, source address kept, as far as was captured\n  but the other rules of nat KUBE-SERVICES were not captured',
    );
    expect(await verdicts(`${FILTER}\n${WEB}`, ...other)).toEqual(['unknown']);
  });

  it('also where the rows of a listing lost their head', async () => {
    expect(await verdicts(ROWS, '10.96.9.9:80', ...FROM)).toEqual(['unknown']);
    const whole = `Chain KUBE-SERVICES (2 references)\ntarget     prot opt source               destination\n${ROWS}`;
    expect(await answerTo(whole, '10.96.9.9:80', ...FROM)).not.toContain('the other rules');
  });

  it('also where its own chain was picked without the rule that leads to an endpoint', async () => {
    const masked = WEB.split('\n').slice(0, 2).join('\n');
    expect(await answerTo(`${FILTER}\n${masked}\n`, '10.96.3.3:80', ...FROM)).toContain(
      'but the other rules of nat KUBE-SVC-AAAAAAAAAAAAAAAA were not captured',
    );
  });

  it('but one that they rewrite is known', async () => {
    expect(await answerTo(`${FILTER}\n${WEB}`, '10.96.3.3:80', ...FROM)).not.toContain('the other rules');
    expect(await verdicts(`${FILTER}\n${WEB}`, '10.96.3.3:80', ...FROM)).toEqual(['accept']);
  });
});

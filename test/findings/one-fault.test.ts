import { describe, expect, it } from 'vitest';
import {
  appendRules,
  deleteRules,
  type Edit,
  editObjects,
  findIn,
  insertRules,
  RULES,
  replace,
} from './altered-capture.ts';

const WEB = 'KUBE-SVC-E3PXEPMWAWIUT6ZV';

/** Codes of errors and warnings, but for the flows that the fixture really has. */
async function codesIn(edits: readonly Edit[], fixture?: string): Promise<string[]> {
  const found = await findIn(edits, fixture);
  return found
    .filter(({ severity, code }) => severity !== 'info' && code !== 'KP101')
    .map(({ code }) => code);
}

const notThere = (option: string): Edit => [
  'sysctl.txt',
  (text) => text.replaceAll(new RegExp(`^${option}.*\\n`, 'gm'), ''),
];

const CASES: readonly (readonly [string, readonly string[], readonly Edit[]])[] = [
  [
    'every rule of nat was flushed, the jumps too',
    ['KP103'],
    [
      [
        RULES,
        (text) =>
          text.replace(/^\*nat\n[\s\S]*?^COMMIT/m, (block) =>
            block.replaceAll(/^(?:\[\d+:\d+\] )?-A .*\n/gm, ''),
          ),
      ],
    ],
  ],
  [
    'filter FORWARD does not jump to KUBE-SERVICES',
    ['KP202'],
    [deleteRules('filter', /-A FORWARD .*-j KUBE-SERVICES/)],
  ],
  [
    'filter FORWARD jumps to KUBE-SERVICES for one interface only',
    ['KP202'],
    [
      [
        RULES,
        (text) => text.replace(/^(\*filter\n[\s\S]*?-A FORWARD )(.*-j KUBE-SERVICES)/m, '$1-i eth9 $2'),
      ],
    ],
  ],
  [
    'nat POSTROUTING does not jump to KUBE-POSTROUTING',
    ['KP202'],
    [deleteRules('nat', /-A POSTROUTING .*-j KUBE-POSTROUTING/)],
  ],
  [
    'nat POSTROUTING jumps to KUBE-POSTROUTING for one interface only',
    ['KP202'],
    [replace(RULES, /-A POSTROUTING (.*-j KUBE-POSTROUTING)/, '-A POSTROUTING -o eth9 $1')],
  ],
  [
    'a RETURN in nat POSTROUTING stands before the jump',
    ['KP212'],
    [insertRules('nat', 'POSTROUTING', '-s 192.168.0.0/16 -j RETURN')],
  ],
  [
    'a REJECT for everything ends FORWARD',
    ['KP211'],
    [appendRules('filter', 'FORWARD', '-j REJECT --reject-with icmp-host-prohibited')],
  ],
  [
    'an ACCEPT for everything begins nat PREROUTING',
    ['KP211'],
    [insertRules('nat', 'PREROUTING', '-j ACCEPT')],
  ],
  ['br_netfilter is not loaded', ['KP115'], [notThere('net\\.bridge\\.')]],
  [
    'externalTrafficPolicy was changed in the API',
    ['KP102'],
    [
      editObjects('services.json', (service) => {
        if (service.metadata.name === 'np-cluster') service.spec.externalTrafficPolicy = 'Local';
      }),
    ],
  ],
  [
    'an endpoint’s chain leads to another pod',
    ['KP207'],
    [
      replace(
        RULES,
        /(shop\/web" -m tcp -j DNAT --to-destination )10\.244\.1\.11:8080/,
        '$110.244.1.13:8080',
      ),
    ],
  ],
  [
    'a Service was deleted whose endpoints the API still has',
    ['KP102'],
    [
      [
        'services.json',
        (text) => {
          const list: { items: { metadata: { name: string } }[] } = JSON.parse(text);
          list.items = list.items.filter(({ metadata }) => metadata.name !== 'web');
          return JSON.stringify(list);
        },
      ],
    ],
  ],
  [
    'a Service’s chain has lost its last rule: a third of the packets fall out',
    ['KP206'],
    [deleteRules('nat', new RegExp(`-A ${WEB} (?!.*statistic)(?!.*MARK-MASQ)`))],
  ],
];

describe('one fault gives one finding', () => {
  it.each(CASES)('%s', async (_, codes, edits) => {
    expect(await codesIn(edits)).toEqual(codes);
  });
});

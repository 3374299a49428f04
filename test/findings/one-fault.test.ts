import { describe, expect, it } from 'vitest';
import {
  appendRules,
  DNS_AT_NODE,
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

/** Queries of DNS are left untranslated in raw, with somebody's comment or none. */
const leftToTheNode = (comment: string): Edit =>
  insertRules('raw', 'PREROUTING', `-d 10.96.0.10/32 -p udp -m udp --dport 53 ${comment} -j NOTRACK`);
const CACHE_COMMENT = '-m comment --comment "NodeLocal DNS Cache: skip conntrack"';

describe('Is it a fault that queries to a cache on the node are not translated?', () => {
  const untranslated = async (...edits: readonly Edit[]): Promise<boolean> =>
    (await codesIn(edits)).includes('KP211');

  it('yes, where nothing on the node answers at the address', async () => {
    expect(await untranslated(leftToTheNode(''))).toBe(true);
  });
  it('no, where the node has the address, whatever the rule says', async () => {
    expect(await untranslated(leftToTheNode(''), ...DNS_AT_NODE)).toBe(false);
  });
  it('no, where the rule is node-local-dns’s: that the cache is gone is another finding', async () => {
    expect(await untranslated(leftToTheNode(CACHE_COMMENT))).toBe(false);
  });
});

describe('one fault gives one finding', () => {
  it.each(CASES)('%s', async (_, codes, edits) => {
    expect(await codesIn(edits)).toEqual(codes);
  });
});

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SHARED_FILES } from '../../src/capture/demo.ts';
import { capturedNodes } from '../../src/cli/cluster/captured-nodes.ts';
import { OtherCaptures } from '../../src/cli/cluster/follow-to-others.ts';
import { proxyHealthOf } from '../../src/cli/proxy-health-of.ts';
import { CheckContext } from '../../src/findings/context.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { findAll } from '../../src/findings/registry.ts';
import { openCapture } from '../support/open-capture.ts';

/** Changes one file of a capture: gets its text, gives the new one; a file that is not there begins empty. */
export type Edit = readonly [file: string, change: (text: string) => string];

const FIXTURES = join(import.meta.dirname, '../../fixtures');

/** Calls `use` with a copy of a fixture in which some files are changed. An edit that changes nothing is a mistake of the test. */
export async function withAltered<T>(
  edits: readonly Edit[],
  use: (folder: string) => Promise<T>,
  fixture = 'demo',
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kp-explain-altered-'));
  try {
    // Its objects are those of the first demo.
    if (fixture === 'demo-nftables')
      for (const file of SHARED_FILES) cpSync(join(FIXTURES, 'demo', file), join(folder, file));
    cpSync(join(FIXTURES, fixture), folder, { recursive: true });
    for (const [file, change] of edits) {
      const path = join(folder, file);
      const before = readOr(path);
      const after = change(before);
      if (after === before) throw new Error(`the edit of ${file} changes nothing`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, after);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns the findings in a fixture with these changes. */
export async function findIn(edits: readonly Edit[], fixture = 'demo'): Promise<Finding[]> {
  return await withAltered(edits, findInFolder, fixture);
}

/** @returns the findings in a capture folder; of a folder of several nodes those of the first, whose connections are followed to the others. */
export async function findInFolder(folder: string): Promise<Finding[]> {
  const nodes = capturedNodes({ files: [folder], demo: false })?.map(({ sources }) => sources) ?? [];
  const [first = { files: [folder], demo: false as const }] = nodes;
  const { capture, known } = await openCapture(...first.files);
  const others = new OtherCaptures(nodes, async ({ files }) => (await openCapture(...files)).capture);
  const across = await others.follow(first, known, { least: 'info', only: null, ignore: [] });
  const { kubeProxy, kubeProxyFlags } = capture.manifest;
  return findAll(
    new CheckContext({
      known,
      kubeProxyVersion: kubeProxy,
      kubeProxyFlags,
      conntrackStats: capture.conntrackStats(),
      proxyHealth: proxyHealthOf(capture.manifest, known),
      across,
    }),
  );
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The IPv4 dump. */
export const RULES = 'iptables-save.txt';

/** @returns an edit that puts rules before the first rule of a chain; the chain is declared where the table lacks it. */
export function insertRules(table: string, chain: string, ...rules: readonly string[]): Edit {
  return [RULES, (text) => inTable(text, table, (lines) => placeRules(lines, chain, rules, 'first'))];
}

/** @returns an edit that puts rules behind the last rule of a chain. */
export function appendRules(table: string, chain: string, ...rules: readonly string[]): Edit {
  return [RULES, (text) => inTable(text, table, (lines) => placeRules(lines, chain, rules, 'last'))];
}

/** @returns an edit that takes out the lines of a table that match. */
export function deleteRules(table: string, pattern: RegExp): Edit {
  return [RULES, (text) => inTable(text, table, (lines) => lines.filter((line) => !pattern.test(line)))];
}

/** @returns an edit that replaces text. */
export function replace(file: string, from: string | RegExp, to: string): Edit {
  return [file, (text) => text.replace(from, to)];
}

/** @returns an edit that changes every object of a list. */
export function editObjects(file: string, change: (item: ApiObject) => void): Edit {
  return [
    file,
    (text) => {
      const list: { items: ApiObject[] } = JSON.parse(text);
      for (const item of list.items) change(item);
      return JSON.stringify(list);
    },
  ];
}

/** The interface that node-local-dns makes. */
const NODE_CACHE_LINK = {
  ifindex: 91,
  ifname: 'nodelocaldns',
  flags: ['BROADCAST', 'NOARP', 'UP'],
  operstate: 'UNKNOWN',
  addr_info: [{ family: 'inet', local: '10.96.0.10', prefixlen: 32, scope: 'global' }],
};

/** The cluster IP of DNS is an address of the node, as node-local-dns makes it. */
export const DNS_AT_NODE: readonly Edit[] = [
  ['ip-addr.json', (text) => JSON.stringify([...JSON.parse(text), NODE_CACHE_LINK])],
  [
    'ip-route.json',
    (text) =>
      JSON.stringify([
        ...JSON.parse(text),
        {
          type: 'local',
          dst: '10.96.0.10',
          dev: 'nodelocaldns',
          table: 'local',
          protocol: 'kernel',
          scope: 'host',
          prefsrc: '10.96.0.10',
          flags: [],
        },
      ]),
  ],
];

/** An object of the API, as loosely as a test needs it. */
export interface ApiObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    annotations?: Record<string, string>;
  };
  // Each object has some of these fields; a test changes those of the kind it names.
  spec: Record<string, unknown> & { containers: { ports?: unknown }[]; ports: ApiPort[] };
  status: Record<string, unknown> & { conditions: { type: string; status: string }[] };
  endpoints: Record<string, unknown>[];
  ports: ApiPort[];
}

interface ApiPort {
  port: number;
  nodePort?: number;
}

function inTable(text: string, table: string, change: (lines: string[]) => string[]): string {
  const blocks = text.split(/^(?=\*)/m);
  return blocks
    .map((block) => (block.startsWith(`*${table}\n`) ? change(block.split('\n')).join('\n') : block))
    .join('');
}

function placeRules(
  lines: string[],
  chain: string,
  rules: readonly string[],
  where: 'first' | 'last',
): string[] {
  const rule = new RegExp(`^(?:\\[\\d+:\\d+\\] )?-A ${chain} `);
  const first = lines.findIndex((line) => rule.test(line));
  const last = lines.findLastIndex((line) => rule.test(line));
  const end = lines.indexOf('COMMIT');
  const at = first < 0 ? end : where === 'first' ? first : last + 1;
  const known = lines.some((line) => line.startsWith(`:${chain} `));
  const placed = [...lines.slice(0, at), ...rules.map((one) => `-A ${chain} ${one}`), ...lines.slice(at)];
  return known ? placed : [placed[0] ?? '', `:${chain} - [0:0]`, ...placed.slice(1)];
}

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCircles } from './find-circles.ts';
import { readImports } from './read-imports.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What a folder may import of others. What it may import as values, it may import as types too. */
interface Row {
  readonly holds: string;
  readonly values: readonly string[];
  readonly types: readonly string[];
  /** May it touch Node's process, file system or network? */
  readonly io?: true;
}

const PARSER = ['net', 'problems', 'json'];
const MODELS = [
  'net',
  'iptables',
  'nftables',
  'rules',
  'cilium',
  'ipvs',
  'conntrack',
  'host',
  'kubernetes',
  'proxy',
  'trace',
  'connection',
];

/** What every room may import. */
const EVERYWHERE = 'lookup';

/** The table of "Folders, and who may import whom". Nothing imports `cli`. */
const ROWS: Readonly<Record<string, Row>> = {
  [EVERYWHERE]: {
    holds: 'tables whose keys come from outside; it imports nothing of ours, and every room may import it',
    values: [],
    types: [],
  },
  net: { holds: 'values every layer shares; it imports nothing of ours', values: [], types: [] },
  command: {
    holds: 'commands for the reader, as values and in print; it imports nothing of ours',
    values: [],
    types: [],
  },
  words: {
    holds: 'numbers and lists in words; it imports nothing of ours',
    values: [],
    types: [],
  },
  problems: {
    holds: 'what the input did not let us understand, and its words; of ours it imports only words',
    values: ['words'],
    types: [],
  },
  json: {
    holds: 'fields of JSON that nobody has checked; it imports only types of problems',
    values: [],
    types: ['problems'],
  },
  capture: {
    holds: 'where raw text comes from; it imports only problems, command, words and json',
    values: ['problems', 'command', 'words', 'json'],
    types: [],
    io: true,
  },
  iptables: {
    holds: 'the rules and their spelling; it imports only net, problems and json',
    values: PARSER,
    types: [],
  },
  nftables: {
    holds: 'native nft rule sets and their spelling; it imports only net, problems and json',
    values: PARSER,
    types: [],
  },
  conntrack: { holds: 'flow entries; it imports only net, problems and json', values: PARSER, types: [] },
  cilium: {
    holds: 'what Cilium lists of its Services; it imports only net and problems',
    values: ['net', 'problems'],
    types: [],
  },
  ipvs: { holds: 'what IPVS balances; it imports only net, problems and json', values: PARSER, types: [] },
  host: {
    holds: 'facts that rules ask about; it imports only net, problems and json',
    values: PARSER,
    types: [],
  },
  kubernetes: {
    holds: 'API objects; it imports only net, problems, json and command',
    values: [...PARSER, 'command'],
    types: [],
    io: true,
  },
  proxy: {
    holds:
      'what kube-proxy writes: names, roles, Services, and other programs by their marks; it imports net, and types of kubernetes and iptables',
    values: ['net'],
    types: ['kubernetes', 'iptables'],
  },
  rules: {
    holds:
      'what rules ask and do, in no language, and the lowering of each; it imports net and the rule languages',
    values: ['net', 'iptables'],
    types: [],
  },
  trace: {
    holds:
      'the walk of a packet; it knows no Kubernetes and no wording: net, iptables, nftables, rules, ipvs, conntrack, host',
    values: ['net', 'iptables', 'nftables', 'rules', 'ipvs', 'conntrack', 'host'],
    types: [],
  },
  twins: {
    holds:
      'which endpoints everything captured treats alike, told from its texts; it imports net, and types of capture and trace',
    values: ['net'],
    types: ['capture', 'trace'],
  },
  connection: {
    holds:
      'a connection there and back, over the nodes on its way; it knows no wording: net, conntrack, host, trace and proxy, and types of ipvs and kubernetes',
    values: ['net', 'conntrack', 'host', 'trace', 'proxy'],
    types: ['ipvs', 'kubernetes'],
  },
  explain: {
    holds: 'trace and proxy joined; it imports the models, command, words, and only types of problems',
    values: [...MODELS, 'command', 'words'],
    types: ['problems'],
  },
  redact: {
    holds:
      'a capture in new names; it imports readers of rules, facts and objects, proxy, and only types of capture',
    values: ['net', 'problems', 'json', 'iptables', 'host', 'kubernetes', 'proxy'],
    types: ['capture'],
  },
  findings: {
    holds: 'what is wrong with a node; it imports the models, explain, problems, command and words',
    values: [...MODELS, 'explain', 'problems', 'command', 'words'],
    types: [],
  },
  diagnose: {
    holds:
      'why something does not work, one cause for each fault; it imports the models, explain, findings, command and words',
    values: [...MODELS, 'explain', 'findings', 'command', 'words'],
    types: ['problems'],
  },
  check: {
    holds:
      'findings and expectations put together; it imports the models, explain, findings, command and words',
    values: [...MODELS, 'explain', 'findings', 'command', 'words'],
    types: ['problems'],
  },
  diff: {
    holds:
      'two states compared: it asks the models and the trace, and explains as explain does; words; of problems only types',
    values: [...MODELS, 'explain', 'words'],
    types: ['problems'],
  },
  render: {
    holds:
      'one view for each format; it decides nothing: net, words, proxy for what a chain is called, and only types of explain, findings, diagnose, check, diff and problems',
    values: ['net', 'words', 'proxy'],
    types: ['explain', 'findings', 'diagnose', 'check', 'diff', 'problems'],
  },
  cli: {
    holds: 'the program; it may import everything',
    values: [
      ...MODELS,
      'problems',
      'json',
      'command',
      'words',
      'capture',
      'explain',
      'findings',
      'diagnose',
      'check',
      'diff',
      'redact',
      'render',
      'twins',
    ],
    types: [],
    io: true,
  },
};

/** Modules of Node that reach outside: the file system, other processes, the network, the machine. */
const OUTSIDE =
  /^(?:node:)?(?:fs|child_process|cluster|dgram|dns|http|http2|https|inspector|net|os|process|readline|repl|tls|tty|worker_threads)(?:\/|$)/;

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({
    name,
    folder: name.split('/')[0] ?? '',
    text: readFileSync(join(ROOT, 'src', name), 'utf8'),
  }));

describe('folders, and who may import whom', () => {
  it('every folder of src/ has its row', () => {
    expect([...new Set(sources.map(({ folder }) => folder))].filter((folder) => !(folder in ROWS))).toEqual(
      [],
    );
  });

  it.each(Object.entries(ROWS))('%s/ keeps to its row', (folder, row) => {
    const wrong = sources
      .filter((source) => source.folder === folder)
      .flatMap(({ name, text }) =>
        readImports(text).flatMap(({ specifier, typeOnly }) => {
          const target = folderOf(name, specifier);
          if (target === null || target === folder || target === EVERYWHERE || row.values.includes(target))
            return [];
          if (typeOnly && row.types.includes(target)) return [];
          return [`src/${name} imports ${typeOnly ? 'types' : 'values'} of ${target}/ (${specifier})`];
        }),
      );
    expect(wrong, `${folder}/ holds ${row.holds}`).toEqual([]);
  });

  it("only capture/, kubernetes/ and cli/ touch Node's process, file system or network", () => {
    const wrong = sources
      .filter(({ folder }) => ROWS[folder]?.io !== true)
      .flatMap(({ name, text }) => {
        const imported = readImports(text).map(({ specifier }) => specifier);
        const outside = imported.filter((specifier) => OUTSIDE.test(specifier));
        if (/\bprocess\.(?!')|\bfetch\(|\bconsole\./.test(withoutTexts(text)))
          outside.push('a global of the process');
        return outside.map((what) => `src/${name} uses ${what}`);
      });
    expect(wrong).toEqual([]);
  });

  it('only proxy/ spells the names of kube-proxy’s chains', () => {
    const spelling = sources.filter(({ folder, text }) => folder !== 'proxy' && text.includes('KUBE-'));
    expect(spelling.map(({ name }) => name)).toEqual([]);
  });

  it('only declared packages are imported', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const packages = sources.flatMap(({ text }) =>
      readImports(text)
        .map(({ specifier }) => specifier)
        .filter((specifier) => !/^(?:\.|node:)/.test(specifier)),
    );
    expect([...new Set(packages)].filter((name) => !(name in devDependencies))).toEqual([]);
  });
});

describe('circles of imports', () => {
  it('there are none, types included: what two files share has a file of its own', () => {
    const circles = findCircles(new Map(sources.map(({ name, text }) => [name, importsOf(name, text)])));
    expect(circles.map((circle) => `\n  ${circle.join('\n  → ')}`).join('\n')).toBe('');
  });

  it.each<[what: string, graph: Record<string, readonly string[]>, circles: readonly string[]]>([
    ['none in a tree', { a: ['b', 'c'], b: ['c'], c: [] }, []],
    ['none where two files need a third', { a: ['c'], b: ['c'], c: ['d'], d: [] }, []],
    ['two files that need each other', { a: ['b'], b: ['a'] }, ['a b a']],
    ['the shortest way round', { a: ['b', 'c'], b: ['c'], c: ['a'] }, ['a c a']],
    ['each knot once', { a: ['b'], b: ['a'], x: ['a', 'y'], y: ['z'], z: ['x'] }, ['a b a', 'x y z x']],
    ['a file that imports itself', { a: ['a'] }, ['a a']],
  ])('finds %s', (_, graph, circles) => {
    expect(findCircles(new Map(Object.entries(graph))).map((circle) => circle.join(' '))).toEqual(circles);
  });
});

describe('the shape of the sources', () => {
  it('no source file has more than 300 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length - 1 > 300);
    expect(long.map(({ name }) => name)).toEqual([]);
  });

  it('no object literal is a table for any string: it has a `constructor` that nobody wrote', () => {
    // These are asked with what an expression matched, or made into a Map at once.
    const allowed = /^(?:SHORT|ENDS|ESCAPES|NO_SETTINGS|\w+(?:Modules|Targets|Prints))$/;
    const tables = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/^(?:export )?const (\w+): [\w<]*Record<string,[^=]*=\s*\{/gm)].map(
        ([, table = '']) => `${name} ${table}`,
      ),
    );
    expect(tables.filter((each) => !allowed.test(each.split(' ')[1] ?? ''))).toEqual([]);
  });

  it('names are kebab-case, and nothing is called utils', () => {
    const parts = sources.flatMap(({ name }) => name.split('/'));
    expect(parts.filter((part) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.ts)?$/.test(part))).toEqual([]);
    expect(parts.filter((part) => /^(?:utils?|helpers?|common|misc)$/.test(basename(part, '.ts')))).toEqual(
      [],
    );
  });
});

/** @returns the folder of src/ that an import leads to; null for a package or a module of Node. */
function folderOf(importer: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const path = join('/src', importer, '..', specifier);
  return path.split('/')[2] ?? null;
}

/** @returns the files of src/ that a file imports, as their names under src/. */
function importsOf(name: string, text: string): string[] {
  return readImports(text)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => join(name, '..', specifier));
}

/** Comments and strings can hold any word. Good enough where a template literal holds no code with quotes. */
function withoutTexts(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''")
    .replace(/\/\/.*/g, '');
}

describe('the reader of imports', () => {
  it.each([
    ["import { a } from '../x/y.ts';", '../x/y.ts', false],
    ["import {\n  a,\n  type B,\n} from '../x/y.ts';", '../x/y.ts', false],
    ["import { type B } from '../x/y.ts';", '../x/y.ts', false],
    ["import type { B } from '../x/y.ts';", '../x/y.ts', true],
    ["export type { B } from '../x/y.ts';", '../x/y.ts', true],
    ["export * from '../x/y.ts';", '../x/y.ts', false],
    ["import '../x/y.ts';", '../x/y.ts', false],
    ["const { a } = await import('../x/y.ts');", '../x/y.ts', false],
    ["type A = typeof import('../x/y.ts');", '../x/y.ts', true],
    ["import * as fs from 'node:fs';", 'node:fs', false],
  ])('sees %j', (source, specifier, typeOnly) => {
    expect(readImports(`${source}\n`)).toEqual([{ specifier, typeOnly }]);
  });
});

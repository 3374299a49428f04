import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

const PARSER = ['net', 'problems'];
const MODELS = ['net', 'iptables', 'conntrack', 'host', 'kubernetes', 'names', 'trace'];

/** The table of "Folders, and who may import whom". Nothing imports `cli`. */
const ROWS: Readonly<Record<string, Row>> = {
  net: { holds: 'values every layer shares; it imports nothing of ours', values: [], types: [] },
  command: {
    holds: 'commands for the reader, as values and in print; it imports nothing of ours',
    values: [],
    types: [],
  },
  problems: {
    holds: 'what the input did not let us understand; it imports nothing of ours',
    values: [],
    types: [],
  },
  capture: {
    holds: 'where raw text comes from; it imports only problems and command',
    values: ['problems', 'command'],
    types: [],
    io: true,
  },
  iptables: {
    holds: 'the rules and their spelling; it imports only net and problems',
    values: PARSER,
    types: [],
  },
  conntrack: { holds: 'flow entries; it imports only net and problems', values: PARSER, types: [] },
  host: { holds: 'facts that rules ask about; it imports only net and problems', values: PARSER, types: [] },
  kubernetes: { holds: 'API objects; it imports only net and problems', values: PARSER, types: [], io: true },
  names: {
    holds: 'chain names and their Services; it imports net, kubernetes and types of iptables',
    values: ['net', 'kubernetes'],
    types: ['iptables'],
  },
  trace: {
    holds: 'the walk of a packet; it knows no Kubernetes and no wording: net, iptables, conntrack, host',
    values: ['net', 'iptables', 'conntrack', 'host'],
    types: [],
  },
  explain: {
    holds: 'trace and names joined; it imports the models, command, and only types of problems',
    values: [...MODELS, 'command'],
    types: ['problems'],
  },
  redact: {
    holds:
      'a capture in new names; it imports readers of rules, names and objects, and only types of capture',
    values: ['net', 'problems', 'iptables', 'kubernetes', 'names'],
    types: ['capture'],
  },
  findings: {
    holds: 'what is wrong with a node; it imports the models, explain, problems and command',
    values: [...MODELS, 'explain', 'problems', 'command'],
    types: [],
  },
  diagnose: {
    holds:
      'why something does not work, one cause for each fault; it imports the models, explain, findings and command',
    values: [...MODELS, 'explain', 'findings', 'command'],
    types: ['problems'],
  },
  check: {
    holds: 'findings and expectations put together; it imports the models, explain, findings and command',
    values: [...MODELS, 'explain', 'findings', 'command'],
    types: ['problems'],
  },
  diff: {
    holds:
      'two states compared: it asks the models and the trace, and explains as explain does; of problems only types',
    values: [...MODELS, 'explain'],
    types: ['problems'],
  },
  render: {
    holds:
      'one view for each format; it decides nothing: only types of explain, findings, diagnose, check and diff, and problems',
    values: ['problems'],
    types: ['explain', 'findings', 'diagnose', 'check', 'diff'],
  },
  cli: {
    holds: 'the program; it may import everything',
    values: [
      ...MODELS,
      'problems',
      'command',
      'capture',
      'explain',
      'findings',
      'diagnose',
      'check',
      'diff',
      'redact',
      'render',
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
          if (target === null || target === folder || row.values.includes(target)) return [];
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

  it('only declared packages are imported', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const packages = sources.flatMap(({ text }) =>
      readImports(text)
        .map(({ specifier }) => specifier)
        .filter((specifier) => !/^(?:\.|node:)/.test(specifier)),
    );
    expect([...new Set(packages)].filter((name) => !(name in dependencies))).toEqual([]);
  });
});

describe('the shape of the sources', () => {
  it('no source file has more than 300 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length - 1 > 300);
    expect(long.map(({ name }) => name)).toEqual([]);
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

import { quoteCommand } from '../../command/quote.ts';
import { type Asking, type CommandLimits, type CommandResult, notThere } from './command-result.ts';
import type { Kubectl } from './kubectl.ts';
import type { FileText, Place, Via } from './place.ts';
import { PodCommands, type PodRef } from './pod-commands.ts';
import type { Follow } from './run-command.ts';

/** Programs are looked for in the container's image, or in the node's own file system under /host, in this order. */
export type Root = 'image' | 'host';

const SMALL: CommandLimits = { timeoutMs: 20_000, maxBytes: 64 * 1024 * 1024 };

/** A place in the cluster; close it when nothing more is asked. */
export interface PodPlace extends Place {
  close(): Promise<void>;
}

/**
 * @param node whose network it shares. @param roots where programs are, in the order they are tried.
 * @param lacksAsUsual programs that no image of its kind has
 * @returns the pod as a place. Its first command throws UnreachableError where kubectl does not get there.
 */
export function podPlace(
  kubectl: Kubectl,
  pod: PodRef,
  node: string,
  via: Via,
  roots: readonly Root[],
  lacksAsUsual: ReadonlySet<string> = new Set(),
): PodPlace {
  const commands = new PodCommands(kubectl, pod);
  /** Where each program was found, so that it is looked for once; null: nowhere. */
  const known = new Map<string, Promise<Root | null>>();
  const runAt = async (root: Root, argv: readonly string[], asking: Asking): Promise<CommandResult> => {
    const rooted = root === 'host' ? ['chroot', '/host', ...argv] : argv;
    return { ...(await commands.run(rooted, asking)), argv };
  };
  const look = async (argv: readonly string[], asking: Asking): Promise<CommandResult> => {
    const program = argv[0] ?? '';
    let found: (root: Root | null) => void = () => undefined;
    known.set(
      program,
      new Promise((resolve) => {
        found = resolve;
      }),
    );
    try {
      for (const root of roots) {
        const result = await runAt(root, argv, asking);
        if (result.failure === 'missing') continue;
        found(root);
        return result;
      }
      return notThere(argv);
    } finally {
      found(null);
    }
  };
  const run = async (argv: readonly string[], asking: Asking): Promise<CommandResult> => {
    const place = known.get(argv[0] ?? '');
    if (place === undefined) return await look(argv, asking);
    const root = await place;
    return root === null ? notThere(argv) : await runAt(root, argv, asking);
  };
  const follow = async (argv: readonly string[], to: Follow): Promise<CommandResult> => {
    const found = known.get(argv[0] ?? '');
    for (const root of found === undefined ? roots : [await found]) {
      if (root === null) break;
      const rooted = root === 'host' ? ['chroot', '/host', ...argv] : argv;
      const result = await commands.follow(rooted, to);
      if (result.failure !== 'missing') return { ...result, argv };
    }
    return notThere(argv);
  };
  return {
    node,
    prefix: `${node}: `,
    lacksAsUsual,
    via,
    run,
    follow,
    close: async () => await commands.close(),
    read: async (path, only = null) => readFileText(await run(['cat', path], { ...SMALL, only })),
    readMany: async (paths, only = null) =>
      await readMany(
        async (argv) => await run(argv, { ...SMALL, only }),
        paths,
        (await known.get('cat')) === null,
      ),
    askKubeProxy: async (path, only = null) => {
      const url = `http://127.0.0.1:10249${path}`;
      for (const [argv, when] of [
        [['wget', '-q', '-T', '3', '-O', '-', url], only],
        [['curl', '-sf', '-m', '3', url], 'where there is no wget'],
      ] as const) {
        const { failure, stdout } = await run(argv, { ...SMALL, only: when });
        if (failure === null) return stdout.toString('utf8');
        if (failure !== 'missing') return null;
      }
      return null;
    },
    advice: {
      missing: () =>
        via === 'exec'
          ? 'the pod’s image does not have it; --via debug reaches the node’s own'
          : 'choose an image that has it with --image',
      notPermitted:
        via === 'exec'
          ? 'the pod lacks NET_ADMIN; try --via debug'
          : 'the debug pod lacks NET_ADMIN; try --profile sysadmin',
    },
  };
}

const NO_CAT = 'the pod has no cat';

function readFileText({ failure, stdout, lastWords, argv }: CommandResult): FileText {
  if (failure === null) return { kind: 'text', text: stdout.toString('utf8') };
  if (failure === 'status' && /No such file/i.test(lastWords)) return { kind: 'absent' };
  return {
    kind: 'unreadable',
    why: failure === 'missing' ? NO_CAT : `${quoteCommand(argv)}: ${failure}`,
  };
}

/** How many files one call names: each is below 60 bytes, and 128 KiB is the most one exec may carry safely. */
const BATCH = 500;

/** `grep -H ''` prints each line with its file; a file without lines prints nothing, but is not complained of either. */
async function readMany(
  run: (argv: readonly string[]) => Promise<CommandResult>,
  paths: readonly string[],
  bare: boolean,
): Promise<Map<string, FileText>> {
  // An image without cat has no grep either: asking would cost a login.
  if (bare) return new Map(paths.map((path) => [path, { kind: 'unreadable', why: NO_CAT }]));
  const texts = new Map<string, FileText>();
  for (let from = 0; from < paths.length; from += BATCH) {
    const batch = paths.slice(from, from + BATCH);
    const result = await run(['grep', '-H', '', ...batch]);
    // 1: no line matched; 2: a file could not be read, the others were.
    const useful = result.failure === null || (result.failure === 'status' && (result.exitStatus ?? 9) <= 2);
    if (!useful) {
      const why = result.failure === 'missing' ? 'the pod has no grep' : 'grep failed';
      for (const path of batch) texts.set(path, { kind: 'unreadable', why });
      continue;
    }
    const found = new Map<string, string>();
    for (const line of result.stdout.toString('utf8').split('\n')) {
      const colon = line.indexOf(':');
      const path = line.slice(0, Math.max(0, colon));
      found.set(path, `${found.get(path) ?? ''}${line.slice(colon + 1)}\n`);
    }
    for (const path of batch) {
      const text = found.get(path);
      if (text !== undefined) texts.set(path, { kind: 'text', text });
      else if (result.lastWords.includes(`${path}:`)) texts.set(path, { kind: 'absent' });
      else texts.set(path, { kind: 'text', text: '' });
    }
  }
  return texts;
}

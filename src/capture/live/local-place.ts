import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { NO_LIMITS } from './command-result.ts';
import type { FileText, Place } from './place.ts';
import { runCommand } from './run-command.ts';

/** How long kube-proxy on this machine may take to answer. */
const ASK_MS = 2000;
/** `/metrics` of a kube-proxy is some hundred KiB. */
const ASK_BYTES = 8 * 1024 * 1024;

/** @returns this machine, in the network namespace kp-explain runs in. */
export function localPlace(signal: AbortSignal): Place {
  return {
    node: null,
    prefix: '',
    lacksAsUsual: new Set(),
    via: 'local',
    run: async (argv, limits) => await runCommand(argv, { ...limits, signal }),
    // In a session of its own: Ctrl-C in the terminal is for kp-explain, which ends it.
    follow: async (argv, follow) =>
      await runCommand(argv, { ...NO_LIMITS, ...follow, detached: true, signal }),
    read: async (path) => readLocal(path),
    readMany: async (paths) => new Map(paths.map((path) => [path, readLocal(path)])),
    askKubeProxy: async (path) => await ask(path, signal),
    advice: {
      missing: (program, packageName) => `install package ${packageName}, which holds ${program}`,
      notPermitted: 'run kp-explain as root (sudo)',
    },
  };
}

function readLocal(path: string): FileText {
  try {
    return { kind: 'text', text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return { kind: 'unreadable', why: code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code };
  }
}

/** Where kube-proxy listens by default (`metricsBindAddress`). */
const KUBE_PROXY = { host: '127.0.0.1', port: 10249 };

function ask(path: string, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const request = get({ ...KUBE_PROXY, path, timeout: ASK_MS, signal }, (response) => {
      const pieces: Buffer[] = [];
      let length = 0;
      response.on('data', (piece: Buffer) => {
        length += piece.length;
        pieces.push(piece);
        if (length > ASK_BYTES) request.destroy();
      });
      response.on('error', () => resolve(null));
      response.on('close', () => resolve(null));
      response.on('end', () =>
        resolve(response.statusCode === 200 ? Buffer.concat(pieces).toString('utf8') : null),
      );
    });
    const deadline = setTimeout(() => request.destroy(), ASK_MS);
    request.on('error', () => resolve(null));
    request.on('close', () => {
      clearTimeout(deadline);
      resolve(null);
    });
  });
}

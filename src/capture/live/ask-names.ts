import { type ClusterAccess, kubectlArgv } from '../../command/kubectl-argv.ts';
import { NO_SETTINGS } from './kubectl.ts';
import { runCommand } from './run-command.ts';

/** How long a shell waits for what may stand next: kubectl is killed then, with what it started. */
const PATIENCE_MS = 900;

/** Names are short: these are of more objects than a shell can offer. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Asks kubectl for names, for a shell that waits.
 * @param resource as kubectl names it: `services`. @param namespace null: all of them
 * @returns `NAMESPACE/NAME` each, or the name alone where there are no namespaces; none where kubectl fails or takes long
 */
export async function askNames(
  access: ClusterAccess,
  resource: string,
  namespace: string | null,
): Promise<string[]> {
  const scope = namespace === null ? ['--all-namespaces'] : [`--namespace=${namespace}`];
  const argv = kubectlArgv(access, [
    'get',
    resource,
    ...(CLUSTER_WIDE.has(resource) ? [] : scope),
    '--request-timeout=1s',
    '-o',
    'go-template={{range .items}}{{with .metadata.namespace}}{{.}}/{{end}}{{.metadata.name}}{{"\\n"}}{{end}}',
  ]);
  const { failure, stdout } = await runCommand(argv, {
    timeoutMs: PATIENCE_MS,
    maxBytes: MOST_BYTES,
    detached: true,
    polite: false,
    env: NO_SETTINGS,
  });
  if (failure !== null) return [];
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

const CLUSTER_WIDE: ReadonlySet<string> = new Set(['nodes', 'namespaces']);

import { type ClusterAccess, shownKubectl } from '../../command/kubectl-argv.ts';
import { quoteCommand } from '../../command/quote.ts';
import { readPodArgs } from './find-pod.ts';
import { NO_SETTINGS } from './kubectl.ts';
import type { LiveTarget } from './live-state.ts';
import { plannedSteps } from './plan-steps.ts';
import type { PodRef } from './pod-commands.ts';
import { type NodeTarget, profilesOf, viasOf } from './reach-node.ts';
import { recordNames, type Step } from './recorder.ts';

/**
 * @param allNodes the node's name is what a list of the nodes tells. @param selector which of them; null: all
 * @returns the commands that reading the target may run, in order, one a line, and comments that begin with `#`. Nothing is
 *   run: the code that reads nodes is asked, with made-up nodes of every kind.
 */
export async function planCommands(
  target: LiveTarget,
  allNodes: boolean,
  selector: string | null = null,
): Promise<string[]> {
  const { node, access } = target;
  if (node === null) {
    const steps = await plannedSteps(target);
    return ['# on this machine; files of /proc are read without a command', ...steps.map(lineOf)];
  }
  const settings = Object.entries(NO_SETTINGS).map(([name, value]) => `${name}=${value}`);
  return [
    `# kubectl runs with ${settings.join(' ')}: no kuberc changes what it does`,
    ...(allNodes
      ? [
          ...(await recordNames(access, selector)).map(lineOf),
          '# then for each NODE of the list, a few at once:',
        ]
      : []),
    ...(await planWays(node, target)),
  ];
}

/** @returns what finds out on which node a pod runs, whose commands follow. */
export function planPod(access: ClusterAccess, pod: Pick<PodRef, 'namespace' | 'name'>): string[] {
  return [
    quoteCommand(shownKubectl(access, [...readPodArgs(pod.namespace, pod.name), '-o', 'json'])),
    '# where that tells of a NODE that is not this machine:',
  ];
}

function lineOf({ line, only }: Step): string {
  if (only === null) return line;
  return line.startsWith('#') ? `${line} only ${only}` : `${line}  # only ${only}`;
}

/** Every way by itself, and what all of them begin with once. */
async function planWays(node: NodeTarget, target: LiveTarget): Promise<string[]> {
  const vias = viasOf(node);
  const ways: (readonly Step[])[] = [];
  for (const via of vias) ways.push(await plannedSteps({ ...target, node: { ...node, via } }));
  const [first = [], ...others] = ways;
  const parting = first.findIndex(({ key }, at) => others.some((steps) => steps[at]?.key !== key));
  const shared = others.length === 0 ? 0 : parting;
  return [
    ...first.slice(0, shared).map(lineOf),
    ...vias.flatMap((via, at) => {
      const remarks = REMARKS[via](node, target.access);
      const lines = (ways[at] ?? []).slice(shared).flatMap((step) => {
        const { before = [], after = [] } = remarks[step.verb] ?? {};
        return [...before, lineOf(step), ...after];
      });
      return others.length === 0 ? lines : [HEADINGS[via], ...lines];
    }),
  ];
}

const HEADINGS = { exec: '# via exec:', debug: '# only where that gives no rules, via debug:' } as const;

/** Comments around the steps of a verb. */
type Remarks = Readonly<
  Partial<Record<string, { readonly before?: readonly string[]; readonly after?: readonly string[] }>>
>;

const IN_ONE_SHELL =
  '# where the image has sh, this one call runs all that stands after -- below, one after the other; else each line is run by itself:';

const REMARKS: Readonly<Record<'exec' | 'debug', (node: NodeTarget, access: ClusterAccess) => Remarks>> = {
  exec: ({ pod }) => {
    const told = pod === null ? 'NAMESPACE, POD and CONTAINER are' : 'CONTAINER is';
    const whose = `# ${told} what the first command tells: kube-proxy’s, else another agent’s that holds iptables`;
    return { session: { before: [whose, IN_ONE_SHELL] } };
  },
  debug: (node, { context }) => {
    const [first, ...others] = profilesOf(node);
    const told = [
      ...(context === null ? ['CONTEXT'] : []),
      ...(node.debugNamespace === null ? ['NAMESPACE'] : []),
    ];
    const which = told.length === 0 ? '' : `${told.join(' and ')}: `;
    return {
      config: {
        after: [
          `# ${which}what that tells, so that all that follows means the same cluster; POD: what the next command tells`,
        ],
      },
      debug: {
        after: others.map(
          (profile) => `# once more with --profile=${profile}, where ${first} gives no rules`,
        ),
      },
      session: { before: ['# repeated until the pod runs; then', IN_ONE_SHELL] },
      delete: {
        before: [
          ...(others.length > 0 || first === 'sysadmin'
            ? [
                '# with profile sysadmin, a program that is not there is looked for with chroot /host, or without it',
              ]
            : []),
          '# in every case, also after an error and on Ctrl-C, and asked for, because only a pod that is gone is removed:',
        ],
      },
    };
  },
};

import { podThatTells, targetOn } from './pods-node.ts';
import type { LiveRequest } from './requests.ts';

/**
 * `--show-role`: the rights that reading takes, as YAML. `--show-commands`: what would be run to read a live node, in order.
 * Nothing is run. What only an earlier command's output tells stands in capitals (POD), and says in a comment where it comes from.
 */
export async function showCommands(request: LiveRequest, allNodes = false): Promise<string> {
  const { escapeLines } = await import('../render/escape.ts');
  const { access, needs, api } = request;
  const pod = podThatTells({ files: [], demo: false, live: request });
  const own = { node: request.target, access, needs };
  const onItsNode = { ...own, node: pod === null ? request.target : targetOn('NODE') };
  if (request.showRole === true) {
    const { roleManifest } = await import('../capture/live/role.ts');
    return escapeLines(`${roleManifest({ target: onItsNode, allNodes, api, pod })}\n`);
  }
  const { planCommands, planPod } = await import('../capture/live/plan.ts');
  const asked =
    '# the API server is asked for Services, EndpointSlices, Nodes and Pods, without a command (not with --no-api)';
  const lines = [
    ...(pod === null ? [] : [...planPod(access, pod), ...(await planCommands(onItsNode, false)), '# else']),
    ...(await planCommands(own, allNodes, request.selector ?? null)),
  ];
  return escapeLines(`${[...(api ? [asked] : []), ...lines].join('\n')}\n`);
}

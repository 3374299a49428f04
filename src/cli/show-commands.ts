import type { LiveRequest } from './requests.ts';

/**
 * `--show-role`: the rights that reading takes, as YAML. `--show-commands`: what would be run to read a live node, in order, and nothing is run. What only an earlier command's
 * output tells stands in capitals (POD), and says in a comment where it comes from.
 */
export async function showCommands(request: LiveRequest, allNodes = false): Promise<string> {
  const { planCommands } = await import('../capture/live/plan.ts');
  const { escapeLines } = await import('../render/escape.ts');
  if (request.showRole === true) {
    const { roleManifest } = await import('../capture/live/role.ts');
    const target = { node: request.target, access: request.access, needs: request.needs };
    return escapeLines(`${roleManifest({ target, allNodes, api: request.api })}\n`);
  }
  const lines = planCommands(
    { node: request.target, access: request.access, needs: request.needs },
    allNodes,
    request.selector ?? null,
  );
  const asked =
    '# the API server is asked for Services, EndpointSlices, Nodes and Pods, without a command (not with --no-api)';
  return escapeLines(`${[...(request.api ? [asked] : []), ...lines].join('\n')}\n`);
}

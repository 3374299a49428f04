/**
 * `--show-commands`: what would be run to read a live node, in order, and nothing is run. What only an earlier command's
 * output tells stands in capitals (POD), and says in a comment where it comes from.
 */
export async function showCommands(request, allNodes = false) {
    const { planCommands } = await import('../capture/live/plan.js');
    const { escapeLines } = await import('../render/escape.js');
    const lines = planCommands({ node: request.target, access: request.access, needs: request.needs }, allNodes);
    const asked = '# the API server is asked for Services, EndpointSlices, Nodes and Pods, without a command (not with --no-api)';
    return escapeLines(`${[...(request.api ? [asked] : []), ...lines].join('\n')}\n`);
}

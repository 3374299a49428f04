import { type Host, UNKNOWN_HOST } from '../../../src/host/facts.ts';
import { parseIpsets } from '../../../src/host/parse-ipsets.ts';
import { parseLinks } from '../../../src/host/parse-links.ts';
import { parsePolicyRules } from '../../../src/host/parse-policy-rules.ts';
import { parseRoutes } from '../../../src/host/parse-routes.ts';
import { parseSysctls } from '../../../src/host/parse-sysctls.ts';
import type { Family } from '../../../src/net/address.ts';
import { ProblemList } from '../../../src/problems/problem.ts';
import { nftFacts } from '../../support/nft-facts.ts';
import type { Namespace } from './namespace.ts';

const SYSCTLS = 'net.ipv4.ip_forward net.ipv4.conf net.ipv6.conf net.bridge'.split(' ');

/** @returns what a capture of the node would hold, read as kp-explain reads it. */
export async function captureHost(node: Namespace): Promise<Host> {
  const problems = new ProblemList();
  const routes = async (family: Family) => {
    const text = await node.run('ip', '-j', option(family), 'route', 'show', 'table', 'all');
    return parseRoutes(text, family, 'ip-route.json', problems);
  };
  const rules = async (family: Family) =>
    parsePolicyRules(await node.run('ip', '-j', option(family), 'rule'), family, 'ip-rule.json', problems);
  const host: Host = {
    ...UNKNOWN_HOST,
    links: parseLinks(await node.run('ip', '-j', '-d', 'addr'), 'ip-addr.json', problems),
    routes: { ipv4: await routes('ipv4'), ipv6: await routes('ipv6') },
    policyRules: { ipv4: await rules('ipv4'), ipv6: await rules('ipv6') },
    sysctls: parseSysctls(await node.run('sysctl', ...SYSCTLS)),
  };
  if (problems.list().length > 0)
    throw new Error(`the node's own listings: ${JSON.stringify(problems.list())}`);
  return host;
}

/** @returns the host with the sets of `ipset save` and the base chains of `nft -j list ruleset` in it. */
export function withRulesOf(host: Host, ipsets: string, nft: string): Host {
  return {
    ...host,
    ipsets: setsOf(ipsets),
    nft: nftFacts(nft),
  };
}

/** @returns the sets of `ipset save`. */
export function setsOf(text: string): Host['ipsets'] {
  return new Map(parseIpsets(text).map((set) => [set.name, set]));
}

function option(family: Family): string {
  return family === 'ipv4' ? '-4' : '-6';
}

import type { Known } from '../explain/question/question.ts';
import type { Family } from '../net/address.ts';
import { counted, listed } from '../words/numbers.ts';
import type { CoverageGap } from './check-input.ts';
import { type ExpectedPort, labelOfPort } from './expected/expected-port.ts';
import { groupBy } from './group.ts';

/** What is asked about one capture. */
interface Matter {
  readonly known: Pick<Known, 'proxyMode' | 'rulesets'>;
  /** Namespaces whose EndpointSlices were not captured. */
  readonly omitted: ReadonlySet<string>;
  /** Whether whole tables of the family were captured. */
  hasRules(family: Family): boolean;
}

/** @returns one gap for all of these ports. @param reason a clause */
export function gapOf(ports: readonly ExpectedPort[], reason: string): CoverageGap {
  return { ports: ports.length, names: [...new Set(ports.map(labelOfPort))], reason };
}

/** @returns Service ports whose family’s rules, or whose EndpointSlices, were not captured. A family without Service ports lacks nothing. */
export function uncaptured(asked: readonly ExpectedPort[], matter: Matter): CoverageGap[] {
  const { omitted } = matter;
  const left = asked.filter(({ service }) => omitted.has(service.namespace));
  const told = asked.filter(({ service }) => !omitted.has(service.namespace));
  const slices = `EndpointSlices of ${counted(omitted.size, 'namespace')} are not in the capture (${listed([...omitted], 3)})`;
  return [
    ...FAMILIES.flatMap((family) => {
      const ports = told.filter((port) => port.family === family);
      return ports.length === 0 || matter.hasRules(family) ? [] : [gapOf(ports, noRules(family, matter))];
    }),
    ...(left.length === 0 ? [] : [gapOf(left, slices)]),
  ];
}

/** @returns Service ports that were followed to no certain end, by what leaves it open. */
export function leftOpenGaps(
  surveyed: readonly { readonly port: ExpectedPort; readonly open: string | null }[],
): CoverageGap[] {
  const open = surveyed.filter((one) => one.open !== null);
  const groups = [...groupBy(open, (one) => one.open ?? '')];
  const gap = (why: string, ports: typeof open) =>
    gapOf(
      ports.map(({ port }) => port),
      `where packets go is open: ${why}`,
    );
  const rest = groups.slice(MOST);
  return [
    ...groups.slice(0, MOST).map(([why, ports]) => gap(why, ports)),
    ...(rest.length === 0
      ? []
      : [
          gap(
            `${counted(rest.length, 'reason')}, the first: ${rest[0]?.[0]}`,
            rest.flatMap(([, ports]) => ports),
          ),
        ]),
  ];
}

/** As many reasons are told one by one: each address may have its own. */
const MOST = 2;

const FAMILIES = ['ipv4', 'ipv6'] as const;

/** @returns why the family’s rules cannot be compared, in a clause that names what to capture. */
function noRules(family: Family, { known }: Matter): string {
  const { name, file, command } = DUMPS[family];
  if (known.proxyMode === 'nftables')
    return `nft lists no whole table of kube-proxy for ${name} (\`nft -j list ruleset\`)`;
  const own = known.rulesets.filter((ruleset) => ruleset.family === family);
  if (own.length === 0) return `the ${name} rules were not captured (${file}: \`${command}\`)`;
  return own.some(({ form }) => form === 'save')
    ? `the ${name} dump has no nat table (${file}: \`${command}\`)`
    : `of the ${name} rules there is a listing, which shows only a part of them (${file}: \`${command}\`)`;
}

const DUMPS: Readonly<
  Record<Family, { readonly name: string; readonly file: string; readonly command: string }>
> = {
  ipv4: { name: 'IPv4', file: 'iptables-save.txt', command: 'iptables-save -c' },
  ipv6: { name: 'IPv6', file: 'ip6tables-save.txt', command: 'ip6tables-save -c' },
};

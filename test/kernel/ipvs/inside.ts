import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import type { Family } from '../../../src/net/address.ts';
import { TestNode } from '../node/test-node.ts';
import { type Meeting, meet } from '../run-case.ts';
import { generateCase, type IpvsCase } from './generate.ts';
import { setNames } from './generate-sets.ts';
import { PLACES } from './places.ts';
import { randomOf } from './random.ts';

/**
 * Runs in the user-mode kernel: sends the packets of generated cases past IPVS, and writes what the kernel did with each.
 * `node inside.cjs SEED PACKETS SECONDS FILE`
 */
const [seed = '1', packets = '100', seconds = '300', file = '/out/meetings'] = process.argv.slice(2);

/** `ipvsadm-save -n` of the case, which is `ipvsadm -S -n` by way of bash. */
const SAVED = '/tmp/ipvs-saved';

/** One case, and what came of its packets. */
export interface CaseMeetings {
  readonly seed: number;
  readonly meetings: readonly Meeting[];
}

const until = Date.now() + Number(seconds) * 1000;
const node = await TestNode.create(false);
const inside = spawn('ip', ['netns', 'exec', node.node.name, 'sleep', 'infinity'], { stdio: 'ignore' });
try {
  await prepareNode();
  const found: CaseMeetings[] = [];
  let sent = 0;
  let port = 2000;
  const nextPort = (): number => {
    port = port >= 60_000 ? 2000 : port + 1;
    return port;
  };
  for (let number = Number(seed); sent < Number(packets) && Date.now() < until; number++) {
    const random = randomOf(number);
    const family: Family = random() < 0.67 ? 'ipv4' : 'ipv6';
    const one = generateCase(random, family, nextPort);
    const before = new Set(connections().split('\n').map(endsOf));
    const meetings = await meet(
      node,
      [{ backend: 'iptables-legacy', family, text: one.rules }],
      one.packets,
      {
        prepare: prepareOf(one),
        listing: async () =>
          listing(
            one.packets.map(({ wire }) => wire.sourcePort),
            before,
          ),
      },
    );
    found.push({ seed: number, meetings: meetings.map((meeting) => withSysctls(meeting, one)) });
    sent += meetings.length;
  }
  writeFileSync(file, serialize(found));
  console.log(`${sent} packets in ${Math.round(performance.now() / 1000)} s, ${found.length} cases`);
} finally {
  inside.kill();
  node.close();
}

async function prepareNode(): Promise<void> {
  const addresses = [...PLACES.ipv4.virtual, ...PLACES.ipv6.virtual].map(
    (address) =>
      `addr add ${address}${address.includes(':') ? '/128 dev kube-ipvs0 nodad' : '/32 dev kube-ipvs0'}`,
  );
  await node.node.batch(
    ['link add kube-ipvs0 type dummy', 'link set kube-ipvs0 up', ...addresses].join('\n'),
  );
  const sets = (['ipv4', 'ipv6'] as const).flatMap(setNames);
  await node.makeSets(sets.map(({ name, type }) => `create ${name} ${type}\n`).join(''));
  await node.ready();
}

function prepareOf({ servers, sets, sysctls }: IpvsCase): string {
  return [
    'ipvsadm -C',
    `ipset restore <<'END'\n${sets}END`,
    `sysctl -qw ${Object.entries(sysctls)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
    `ipvsadm -R <<'END'\n${servers}END`,
    `ipvsadm -S -n > ${SAVED}`,
  ].join('\n');
}

/**
 * Of the connections those that the case's clients made, which have ports of their own, and those made since, whose ports nat chose:
 * the kernel keeps many of earlier cases.
 * @param before the ends of the connections that there were when the case began
 */
function listing(ports: readonly (number | null)[], before: ReadonlySet<string>): string {
  const hex = new Set(ports.map((port) => (port ?? 0).toString(16).toUpperCase().padStart(4, '0')));
  const [heading = '', ...lines] = connections().split('\n');
  const own = lines.filter((line) => {
    const [, , fromPort = ''] = line.trim().split(/\s+/);
    return fromPort === '0000' || hex.has(fromPort) || !before.has(endsOf(line));
  });
  return `${readFileSync(SAVED, 'utf8')}${[heading, ...own].join('\n')}\n`;
}

function endsOf(line: string): string {
  return line.trim().split(/\s+/).slice(0, 7).join(' ');
}

function connections(): string {
  return readFileSync(`/proc/${inside.pid}/net/ip_vs_conn`, 'utf8');
}

function withSysctls(meeting: Meeting, { sysctls }: IpvsCase): Meeting {
  const told = new Map([
    ...(meeting.host.sysctls ?? []),
    ...Object.entries(sysctls).map(([name, value]) => [name, String(value)] as const),
  ]);
  return { ...meeting, host: { ...meeting.host, sysctls: told } };
}

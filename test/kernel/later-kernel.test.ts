import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LATER_CASES } from '../connection/later-cases.ts';
import { whyNoKernel } from './lab.ts';
import { Namespace } from './node/namespace.ts';

// What a client sees that sends data when its connection is open, on the kernel of this machine:
// `test/connection/later-requests.test.ts` holds what the tracer says of the same rules.

const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';
if (missing !== null && !required) console.log(`skipped: later packets: it ${missing}`);

/** Sends back what it gets. */
const SERVER = `use IO::Socket::INET;
my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die;
while (my $c = $s->accept) { if (fork == 0) { sysread($c, my $b, 9); syswrite($c, $b); exit } close $c }`;

/** Says what becomes of a connection on which it sends a word. */
const CLIENT = `use IO::Socket::INET;
my $c = IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => 8080, Timeout => 2) or do { print "refused"; exit };
local $SIG{ALRM} = sub { print "times-out"; exit };
alarm 2;
syswrite($c, "hello");
my $got = sysread($c, my $b, 9);
print defined $got ? $b eq "hello" ? "works" : "ended" : "refused";`;

const POD = '10.91.2.5';
const SETUP = `link add later-c type veth peer name eth0 netns CLIENT
link add later-p type veth peer name eth0 netns POD
addr add 10.91.1.1/24 dev later-c
addr add 10.91.2.1/24 dev later-p
link set later-c up
link set later-p up`;

describe.skipIf(missing !== null && !required)(
  'What becomes of what a client sends on an open connection?',
  () => {
    const spaces: Namespace[] = [];
    const make = async (suffix: string): Promise<Namespace> => {
      const space = await Namespace.create(`kpxl${process.pid}${suffix}`);
      spaces.push(space);
      return space;
    };
    beforeAll(async () => {
      expect(missing).toBeNull();
      const [node, client, pod] = [await make('n'), await make('c'), await make('p')];
      await node.batch(SETUP.replace('CLIENT', client.name).replace('POD', pod.name));
      for (const [space, number] of [
        [client, 1],
        [pod, 2],
      ] as const) {
        const own = number === 1 ? '10.91.1.9' : POD;
        await space.batch(
          `addr add ${own}/24 dev eth0\nlink set eth0 up\nroute add default via 10.91.${number}.1`,
        );
      }
      await node.sysctl({ 'net.ipv4.ip_forward': 1 });
      await pod.script(`perl -e '${SERVER}' >/dev/null 2>&1 & sleep 0.3`);
    }, 60_000);
    afterAll(() => {
      for (const space of spaces) space.delete();
    });

    it.each(LATER_CASES)(
      '$name: $sees',
      { timeout: 60_000 },
      async ({ filter, raw = [], mangle = [], sees }) => {
        const [node, client] = spaces;
        const table = (name: string, chain: string, lines: readonly string[]): string =>
          `*${name}\n:${chain}\n${lines.map((line) => line.replaceAll('POD', POD)).join('\n')}\nCOMMIT\n`;
        const text = [
          table('raw', 'PREROUTING ACCEPT', raw),
          table('mangle', 'PREROUTING ACCEPT', mangle),
          table('filter', 'FORWARD DROP', filter),
        ].join('');
        await node?.feed(text, 'iptables-nft-restore');
        expect(await client?.run('perl', '-e', CLIENT, POD)).toBe(sees);
      },
    );
  },
);

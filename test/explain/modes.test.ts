import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { BrokenDemo } from './broken-demo.ts';

const USERSPACE = new URL('../../fixtures/iptables/userspace-legacy-save.txt', import.meta.url).pathname;
const mode = (name: string) => (text: string) => JSON.stringify({ ...JSON.parse(text), proxyMode: name });

/** nft's view with kube-proxy's own table in it. */
const withTable = (text: string): string => {
  const ruleset = JSON.parse(text);
  const chain = { family: 'ip', table: 'kube-proxy', name: 'nat-prerouting' };
  ruleset.nftables.push(
    { table: { family: 'ip', name: 'kube-proxy', handle: 900 } },
    { chain: { ...chain, handle: 901, type: 'nat', hook: 'prerouting', prio: -100, policy: 'accept' } },
    {
      rule: {
        family: 'ip',
        table: 'kube-proxy',
        chain: 'nat-prerouting',
        handle: 902,
        expr: [{ jump: { target: 'services' } }],
      },
    },
  );
  return JSON.stringify(ruleset);
};

describe('rules of iptables mode on a node that runs another mode', () => {
  it('nftables: says what they do, and that nft may come first', async () => {
    const demo = new BrokenDemo({ 'capture.json': mode('nftables') });
    const { outcomes } = await demo.ask('10.96.10.1:80', 'pod');
    expect(outcomes).toHaveLength(3);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ verdict: 'unknown', exit: null, reason: { code: 'mode-nftables' } });
    expect(outcomes[0]?.reason?.text).toBe(
      'kube-proxy runs in nftables mode here, but rules of kube-proxy are left over in iptables too, which alone would send the packet to 10.244.1.11:8080, 10.244.1.12:8080, 10.244.2.11:8080; nft table kube-proxy, whose rules were not captured, may rewrite it first: whichever was registered last comes first, and no capture tells',
    );
    const { out } = await demo.run(['10.96.10.1:80', '--from', 'pod']);
    expect(out.match(/UNKNOWN/g)).toHaveLength(1);
    expect(out).not.toContain('lets the packet pass');
  });

  it('nftables: what no rule touches is for nft alone, and nothing is held against the rules', async () => {
    const demo = new BrokenDemo({
      'capture.json': mode('nftables'),
      'iptables-save.txt': (text) => text.replaceAll(/^.*-A KUBE-SERVICES .*\n/gm, ''),
    });
    const [outcome] = (await demo.ask('10.96.10.1:80', 'pod')).outcomes;
    expect(outcome?.reason?.text).toMatch(
      /nft table kube-proxy decides.*iptables alone lets the packet pass unchanged$/,
    );
    expect(outcome?.remarks).toEqual([]);
  });

  it('iptables mode beside a table of nftables mode: whichever was hooked later takes the packet, and both are told', async () => {
    const demo = new BrokenDemo({ 'nft.json': withTable });
    const { outcomes } = await demo.ask('10.96.10.1:80', 'pod');
    const told = outcomes.map(({ verdict, reason, given }) => [
      verdict,
      reason?.code ?? null,
      given.map(({ code }) => code).join(),
    ]);
    // The table's chain leads to one that is not in the listing.
    expect(told).toContainEqual(['unknown', 'nft-chain-missing', 'backend-order']);
    expect(told).toContainEqual(['accept', null, 'backend-order']);
    // Its table is of family ip only.
    const [six] = (await demo.ask('[fd00:10:96::17]:80', 'pod')).outcomes;
    expect(six?.verdict).toBe('accept');
  });

  it('ipvs: stands behind nat, so that a rewrite by iptables holds', async () => {
    const demo = new BrokenDemo({ 'capture.json': mode('ipvs') });
    const { outcomes } = await demo.ask('10.96.10.1:80', 'pod');
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['accept', 'accept', 'accept']);
  });

  const inMangle = (rule: string) => (text: string) => text.replace(/^COMMIT$/m, `${rule}\nCOMMIT`);
  const FROM_OUTSIDE = inMangle('-A PREROUTING -d 198.51.100.14/32 -j DROP');
  const FROM_NODE = inMangle('-A OUTPUT -d 10.96.10.1/32 -j DROP');
  const OUTPUT_FILTER = (text: string): string =>
    text.replace(/^.*-A OUTPUT -j KUBE-FIREWALL$/m, '-A OUTPUT -d 10.96.10.1/32 -j DROP');
  const noPortals = (text: string): string => text.replaceAll(/^.*-A KUBE-SERVICES .*\n/gm, '');

  it.each(['nftables', 'ipvs'])(
    '%s: what iptables drops before that is dropped in any mode',
    async (name) => {
      const outside = new BrokenDemo({ 'capture.json': mode(name), 'iptables-save.txt': FROM_OUTSIDE });
      expect((await outside.ask('198.51.100.14:80', 'external')).outcomes).toMatchObject([
        { verdict: 'drop' },
      ]);
      const node = new BrokenDemo({ 'capture.json': mode(name), 'iptables-save.txt': FROM_NODE });
      expect((await node.ask('10.96.10.1:80', 'node')).outcomes).toMatchObject([{ verdict: 'drop' }]);
    },
  );

  it('nftables: a filter rule may meet what nft made of the packet, so its drop is not certain', async () => {
    const demo = new BrokenDemo({ 'capture.json': mode('nftables') });
    const [outcome] = (await demo.ask('198.51.100.14:80', 'external')).outcomes;
    expect(outcome).toMatchObject({
      verdict: 'unknown',
      rejectWith: null,
      reason: { code: 'mode-nftables' },
    });
    expect(outcome?.reason?.text).toMatch(
      /may rewrite the packet first; iptables alone would end it \(DROP\)$/,
    );
  });

  it("ipvs: the node's own packet passes IPVS before filter OUTPUT, one that comes in after filter INPUT", async () => {
    const own = new BrokenDemo({
      'capture.json': mode('ipvs'),
      'iptables-save.txt': (text) => OUTPUT_FILTER(noPortals(text)),
    });
    const [sent] = (await own.ask('10.96.10.1:80', 'node')).outcomes;
    expect(sent).toMatchObject({ verdict: 'unknown', reason: { code: 'mode-ipvs' } });
    const other = new BrokenDemo({ 'capture.json': mode('ipvs') });
    expect((await other.ask('198.51.100.14:80', 'external')).outcomes).toMatchObject([{ verdict: 'drop' }]);
  });
});

describe('userspace mode', () => {
  it("ends at kube-proxy's own port, and says who dials the endpoint", async () => {
    const { out } = await run([
      'trace',
      '10.96.10.1:80',
      '--from',
      'node',
      '--detail',
      'answer',
      '-f',
      USERSPACE,
    ]);
    expect(out).toContain("ACCEPT to kube-proxy's own port 43567 on this node");
    expect(out).toContain('opens a connection of its own to an endpoint');
    expect(out).not.toMatch(/to 1 endpoint|sees the client as/);
  });

  it('is told of in services too', async () => {
    const { out } = await run(['services', '-f', USERSPACE]);
    expect(out).not.toMatch(/ 1 endpoint/);
    expect(out).toMatch(/^shop\/web .*port 43567/m);
  });
});

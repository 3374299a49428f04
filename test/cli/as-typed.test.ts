import { describe, expect, it } from 'vitest';
import { run } from './run-main.ts';

/** What a kubectl user might type, all on the demo, and what of the answer or the correction shows that it was understood. */
const TYPED: readonly (readonly [string, RegExp])[] = [
  ['trace shop/web', /is shop\/web \(cluster IP\)/],
  ['trace svc/web -n shop', /is shop\/web \(cluster IP\)/],
  ['trace service/web -n shop', /is shop\/web \(cluster IP\)/],
  ['trace services/web --namespace shop', /is shop\/web \(cluster IP\)/],
  ['trace web -n shop', /is shop\/web \(cluster IP\)/],
  ['trace web --namespace=shop', /is shop\/web \(cluster IP\)/],
  ['trace web.shop', /is shop\/web \(cluster IP\)/],
  ['trace web.shop.svc', /is shop\/web \(cluster IP\)/],
  ['trace web.shop.svc.cluster.local:80', /is shop\/web \(cluster IP\)/],
  ['trace http://web.shop/index.html', /is shop\/web \(cluster IP\)/],
  ['trace 10.96.10.1:80', /is shop\/web \(cluster IP\)/],
  ['trace shop/multi:https', /shop\/multi:https/],
  ['trace pod/web-a1:8080 -n shop', /shop\/web-a1/],
  ['trace node:30080', /shop\/np-cluster \(node port\)/],
  ['trace node-1:30080', /shop\/np-cluster \(node port\)/],
  ['trace localhost:30080 --from node', /30080/],
  ['trace shop/web --from shop/client-a', /pod shop\/client-a/],
  ['trace shop/web --from pod/client-a -n shop', /pod shop\/client-a/],
  ['trace shop/web --from 10.244.1.13:41000', /pod shop\/client-a/],
  ['trace shop/wbe', /Did you mean shop\/web\?/],
  ['trace', /missing required argument 'destination'/],
  ['shop/web', /Did you mean kp-explain trace shop\/web\?/],
  ['trcae shop/web', /Did you mean trace\?/],
  ['why shop/web', /shop\/web/],
  ['why svc/udp-stale -n shop', /stuck/],
  ['why shop/udp-stlae', /Did you mean shop\/udp-stale\?/],
  ['services', /refused by rules|SERVICE PORT/],
  ['services -A', /SERVICE PORT/],
  ['services -n shop', /^shop\/web /m],
  ['services shop/web', /^shop\/web /m],
  ['services svc/web', /^shop\/web /m],
  ['services web -n shop', /^shop\/web /m],
  ['services web.shop', /^shop\/web /m],
  ['services wbe', /Did you mean shop\/web\?/],
  ['services shop/wbe', /Did you mean shop\/web/],
  ['services -o wide', /ADDRESSES/],
  ['services -o name', /^shop\/web$/m],
  ['services -o yml', /Allowed choices are text, wide, name, json, yaml/],
  ['services -n shpo', /no Service of namespace shpo|namespace shpo/],
  ['check --svc shop/udp-stale', /KP101/],
  ['check --svc web -n shop', /node-1/],
  ['check --svc shop/wbe', /Did you mean shop\/web\?/],
  ['check -n kube-system', /node-1/],
  ['check -n kube-sytem', /Did you mean kube-system\?/],
  ['check -A -n shop', /cannot be used with/],
  ['conntrack --svc svc/web -n shop', /shop\/web/],
  ['conntrack --state ESTAB', /Did you mean ESTABLISHED\?/],
  ['conntrack --state TIME-WAIT', /Did you mean TIME_WAIT\?/],
  ['conntrack --problem endpoint-gnoe', /Did you mean endpoint-gone\?/],
  ['chain kube-services', /KUBE-SERVICES {2}/],
  ['chain KUBE-SERVCES', /KUBE-SERVICES/],
  ['chain shop/wbe', /Close to it: shop\/web/],
  ['trace web', /There is shop\/web;/],
  ['chain nat:KUBE-SERVICES:rule:1', /KUBE-SERVICES {2}nat table/],
  ['explain kp206', /KP206/],
  ['explain KP999', /no finding has the code KP999/],
  ['services --color sometimes', /Allowed choices are auto, always, never/],
  ['services --width 3', /at least 40/],
];

const WITHOUT_STATE = /^(?:explain|shop\/web|trcae|trace$)/;

describe('what a kubectl user might type is answered or corrected', () => {
  it.each(TYPED)('kp-explain %s', { timeout: 60_000 }, async (line, expected) => {
    const words = line.split(' ');
    const { out, err, status } = await run(WITHOUT_STATE.test(line) ? words : [...words, '--demo']);
    expect(out + err).toMatch(expected);
    expect(status).not.toBe(70);
  });

  it('does a loopback address concern others than the node itself? no: theirs is their own', async () => {
    for (const command of ['trace', 'why']) {
      const { out } = await run([command, 'localhost:30080', '--demo']);
      expect(out).toContain('from a process on node-1');
      expect(out).not.toMatch(/from (?:pod|any address)/);
    }
    const asked = await run(['trace', 'localhost:30080', '--from', 'external', '--demo']);
    expect(asked.out).toContain('from any address outside');
  });

  it('is there a chain, but no such rule in it? the answer tells how many there are', async () => {
    const { out, status } = await run(['chain', 'nat KUBE-SERVICES 999', '--demo']);
    expect(out).toMatch(/^No chain nat KUBE-SERVICES 999: .*ipv4 nat KUBE-SERVICES has 62 rules/);
    expect(status).toBe(1);
  });

  it('are the rules none of kube-proxy’s? the error names the ways to those that are', async () => {
    const stdin = '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n';
    const { err, status } = await run(['trace', 'shop/web', '-f', '-'], { stdin });
    expect(err).toMatch(
      /no rules of kube-proxy are known here; name a node with --node, or a capture with -f/,
    );
    expect(status).toBe(2);
  });

  it('are at least fifty', () => {
    expect(TYPED.length).toBeGreaterThanOrEqual(50);
  });
});

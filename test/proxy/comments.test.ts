import { describe, expect, it } from 'vitest';
import { parseServiceComment } from '../../src/proxy/comments.ts';

const LONG = 'a-namespace-with-quite-a-long-name-up-to-the-limit-of-63-chars0';

describe('what does a comment of kube-proxy say', () => {
  it.each([
    ['shop/web', 'service', 'shop', 'web', ''],
    ['ns1/svc1:p80', 'service', 'ns1', 'svc1', 'p80'],
    ['default/kubernetes:https cluster IP', 'cluster-ip', 'default', 'kubernetes', 'https'],
    ['shop/lb loadbalancer IP', 'load-balancer-ip', 'shop', 'lb', ''],
    ['shop/web-extip external IP', 'external-ip', 'shop', 'web-extip', ''],
    ['ns6/svc6:p80 has no endpoints', 'no-endpoints', 'ns6', 'svc6', 'p80'],
    ['ns4/svc4:p80 has no local endpoints', 'no-local-endpoints', 'ns4', 'svc4', 'p80'],
    ['ns2/svc2:p80 health check node port', 'health-check-node-port', 'ns2', 'svc2', 'p80'],
    [
      'masquerade traffic for game-2048/service-2048 external destinations',
      'masquerade-external',
      'game-2048',
      'service-2048',
      '',
    ],
    [
      'masquerade LOCAL traffic for ns2/svc2:p80 external destinations',
      'masquerade-local',
      'ns2',
      'svc2',
      'p80',
    ],
    ['route LOCAL traffic for ns2/svc2:p80 external destinations', 'route-local', 'ns2', 'svc2', 'p80'],
    ['pod traffic for ns2/svc2:p80 external destinations', 'pod-traffic', 'ns2', 'svc2', 'p80'],
    [
      'ns5/svc5:p80 traffic not accepted by KUBE-FW-NUKIZ6OKUXPJNT4C',
      'outside-source-ranges',
      'ns5',
      'svc5',
      'p80',
    ],
    [
      'other traffic to ns5/svc5:p80 will be dropped by KUBE-PROXY-FIREWALL',
      'note-dropped-later',
      'ns5',
      'svc5',
      'p80',
    ],
    // 1.20
    ['Balancing rule 0 for shop/np-local', 'balancing', 'shop', 'np-local', ''],
    ['route LOCAL traffic for shop/lb LB IP to service chain', 'route-local', 'shop', 'lb', ''],
    ['masquerade LOCAL traffic for shop/lb LB IP', 'masquerade-local', 'shop', 'lb', ''],
    // before 1.20
    ['kube-system/canal-etcd:', 'service', 'kube-system', 'canal-etcd', ''],
    ['kube-system/canal-etcd: cluster IP', 'cluster-ip', 'kube-system', 'canal-etcd', ''],
    [`${LONG}/x:fifteen-chars-p cluster IP`, 'cluster-ip', LONG, 'x', 'fifteen-chars-p'],
  ])('%s', (comment, phrase, namespace, name, port) => {
    expect(parseServiceComment(comment)).toEqual({ namespace, name, port, phrase, endpoint: null });
  });

  it.each([
    ['ns1/svc1:p80 -> 10.180.0.1:80', 'p80', '10.180.0.1:80'],
    ['ns1/svc1 -> [fd00:10:244:1::11]:8080', '', '[fd00:10:244:1::11]:8080'],
  ])('%s names an endpoint', (comment, port, endpoint) => {
    expect(parseServiceComment(comment)).toMatchObject({ phrase: 'endpoint', port, endpoint });
  });

  it.each([
    '',
    'kubernetes service portals',
    'kubernetes service nodeports; NOTE: this must be the last rule in this chain',
    'Redirect pods trying to reach external loadbalancer VIP to clusterIP',
    'block incoming localnet connections',
    'shop/web cluster IP and more',
    'see shop/web',
    'cali:5Z67OUUpTOM7Xa1a',
    'dnat name: "cbr0" id: "b49b"',
    '10.0.0.0/8 cluster IP',
    'shop/web\u001b[31m cluster IP',
    'shop/web ->',
    'shop/web -> 10.0.0.1',
    `${'a'.repeat(64)}/web`,
  ])('%j names no Service', (comment) => {
    expect(parseServiceComment(comment)).toBeNull();
  });
});

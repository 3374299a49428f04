import { expect, it } from 'vitest';
import { listServices } from '../../src/explain/list-services.ts';
import { endpointChainName, serviceChainNames } from '../../src/proxy/hash.ts';
import { endpointOf, known, serviceOf } from './services-fixture.ts';

const SERVICES = 1500;
const ENDPOINTS = 10;

/** A node of a large cluster: no comments in KUBE-SVC and KUBE-SEP chains. */
function largeNode() {
  const chains: string[] = [];
  const rules: string[] = [];
  const services = [];
  const endpoints = [];
  for (let i = 0; i < SERVICES; i++) {
    const name = `service-${i}`;
    const port = { namespace: 'shop', name, port: '', protocol: 'TCP' };
    const address = `10.96.${i >> 8}.${i & 255}`;
    const { SVC } = serviceChainNames(port);
    services.push(serviceOf({ name, clusterIPs: [address] }));
    chains.push(SVC);
    rules.push(`-A KUBE-SERVICES -d ${address}/32 -p tcp -m tcp --dport 80 -j ${SVC}`);
    for (let j = 0; j < ENDPOINTS; j++) {
      const pod = `10.${100 + (i >> 8)}.${i & 255}.${j}`;
      const chain = endpointChainName(port, pod, 8080);
      const left = ENDPOINTS - j;
      const chance = left === 1 ? '' : `-m statistic --mode random --probability ${(1 / left).toFixed(11)} `;
      endpoints.push(endpointOf(pod, { service: name }));
      chains.push(chain);
      rules.push(`-A ${SVC} ${chance}-j ${chain}`, `-A ${chain} -s ${pod}/32 -j KUBE-MARK-MASQ`);
      rules.push(`-A ${chain} -p tcp -m tcp -j DNAT --to-destination ${pod}:8080`);
    }
  }
  const declared = ['KUBE-SERVICES', 'KUBE-MARK-MASQ', ...chains].map((chain) => `:${chain} - [0:0]`);
  const text = ['*nat', ':PREROUTING ACCEPT [0:0]', ...declared, ...rules, 'COMMIT', ''].join('\n');
  return known(text, { services, endpoints });
}

it('lists 1,500 Services with ten endpoints each in a few seconds, all named by hash', () => {
  const node = largeNode();
  const started = performance.now();
  const items = listServices(node);
  // On an idle machine this takes 0.3 s; a quadratic step would take minutes.
  expect(performance.now() - started).toBeLessThan(8000);
  expect(items).toHaveLength(SERVICES);
  for (const item of items) {
    expect(item.namedBy).toBe('hash');
    expect(item.endpoints).toHaveLength(ENDPOINTS);
    for (const { share, endpoint } of item.endpoints) {
      expect(Math.abs(share - 1 / ENDPOINTS)).toBeLessThan(2 ** -30);
      expect(endpoint?.ready).toBe(true);
    }
  }
});

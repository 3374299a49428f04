import { describe, expect, it } from 'vitest';
import { type Cluster, UNKNOWN_CLUSTER } from '../../src/kubernetes/objects.ts';
import { nameChains } from '../../src/proxy/chain-names.ts';
import { endpoint, service, servicePort } from './objects.ts';

const CLUSTER: Cluster = {
  ...UNKNOWN_CLUSTER,
  services: [
    service('ns1', 'svc1', { ports: [servicePort({ name: 'p80' })] }),
    service('kube-system', 'kube-dns', {
      ports: [
        servicePort({ name: 'dns', protocol: 'UDP', port: 53 }),
        servicePort({ name: 'dns-tcp', port: 53 }),
      ],
    }),
    service('game-2048', 'service-2048', { ports: [servicePort({ port: 8080 })] }),
    service('default', 'mongoc-c0'),
  ],
  endpoints: [
    endpoint('ns1', 'svc1', '10.180.0.1', { portName: 'p80' }),
    endpoint('kube-system', 'kube-dns', '192.168.2.12', { portName: 'dns', protocol: 'UDP', port: 53 }),
    endpoint('game-2048', 'service-2048', '192.168.2.92'),
  ],
};

describe('what does a chain stand for', () => {
  it('a Service port, for each of the prefixes', () => {
    const names = nameChains(CLUSTER);
    for (const prefix of ['SVC', 'SVL', 'EXT', 'FW', 'XLB']) {
      expect(names.lookup(`KUBE-${prefix}-V7WHPSTR7G6YHTBY`)).toEqual({
        prefix,
        service: {
          namespace: 'game-2048',
          name: 'service-2048',
          port: '',
          protocol: 'TCP',
          portNumber: 8080,
        },
        endpoint: null,
      });
    }
    expect(names.lookup('KUBE-SVC-TCOU7JCQXEZGVUNU')?.service).toMatchObject({
      port: 'dns',
      protocol: 'UDP',
    });
    expect(names.lookup('KUBE-SVC-ERIFXISQEP7F7OF4')?.service).toMatchObject({ port: 'dns-tcp' });
  });

  it('an endpoint of one', () => {
    const name = nameChains(CLUSTER).lookup('KUBE-SEP-BA2VDASIQ3OMVE5M');
    expect(name).toMatchObject({
      prefix: 'SEP',
      service: { name: 'kube-dns', port: 'dns', portNumber: 53 },
      endpoint: { address: '192.168.2.12', port: 53 },
    });
  });

  it('is known for releases before 1.20, which wrote a colon', () => {
    expect(nameChains(CLUSTER).lookup('KUBE-SVC-C6WJOWMCWXIU4KVP')?.service.name).toBe('mongoc-c0');
  });

  it('is the same with a right hint, a wrong one and none', () => {
    for (const chain of [
      'KUBE-SVC-XPGD46QRK7WJZT7O',
      'KUBE-SEP-SXIVWICOYRO3J4NJ',
      'KUBE-SVC-AAAAAAAAAAAAAAAA',
    ]) {
      const expected = nameChains(CLUSTER).lookup(chain);
      expect(nameChains(CLUSTER).lookup(chain, { namespace: 'ns1', name: 'svc1' })).toEqual(expected);
      expect(nameChains(CLUSTER).lookup(chain, { namespace: 'kube-system', name: 'kube-dns' })).toEqual(
        expected,
      );
      expect(nameChains(CLUSTER).lookup(chain, { namespace: 'no', name: 'such' })).toEqual(expected);
    }
  });

  it('is the Service alone where the API no longer has the endpoint', () => {
    const names = nameChains({ ...CLUSTER, endpoints: [] });
    expect(names.lookup('KUBE-SEP-SXIVWICOYRO3J4NJ')).toBeNull();
    for (const hint of [null, { namespace: 'ns1', name: 'svc1' }]) {
      expect(names.lookup('KUBE-SEP-SXIVWICOYRO3J4NJ', hint, '10.180.0.1:80')).toMatchObject({
        service: { namespace: 'ns1', name: 'svc1', portNumber: 80 },
        endpoint: null,
      });
      expect(names.lookup('KUBE-SEP-SXIVWICOYRO3J4NJ', hint, '10.180.0.2:80')).toBeNull();
    }
  });

  it('can be told from endpoints alone, without the port number', () => {
    const names = nameChains({ ...CLUSTER, services: null });
    expect(names.lookup('KUBE-EXT-XPGD46QRK7WJZT7O')?.service).toEqual({
      namespace: 'ns1',
      name: 'svc1',
      port: 'p80',
      protocol: 'TCP',
      portNumber: null,
    });
  });

  it('is nothing for other chains, for hashes of nobody, and in an unknown cluster', () => {
    for (const chain of [
      'KUBE-SERVICES',
      'INPUT',
      'KUBE-SVC-AAAAAAAAAAAAAAAA',
      'KUBE-SEP-AAAAAAAAAAAAAAAA',
    ]) {
      expect(nameChains(CLUSTER).lookup(chain)).toBeNull();
    }
    expect(nameChains(UNKNOWN_CLUSTER).lookup('KUBE-SVC-XPGD46QRK7WJZT7O')).toBeNull();
  });

  it('does not mix ports of one name and two protocols', () => {
    const names = nameChains({
      ...UNKNOWN_CLUSTER,
      services: [service('a', 'b', { ports: [servicePort(), servicePort({ protocol: 'UDP', port: 81 })] })],
      endpoints: [endpoint('a', 'b', '10.0.0.1'), endpoint('a', 'b', '10.0.0.1', { protocol: 'UDP' })],
    });
    const found = [...sepNames()].map((chain) => names.lookup(chain)?.endpoint?.protocol);
    expect(found).toEqual(['TCP', 'UDP']);
  });
});

/** `KUBE-SEP-…` of a/b at 10.0.0.1:80 for TCP and UDP, computed apart from the code under test (sha256sum, base32). */
function sepNames(): string[] {
  return ['KUBE-SEP-CW45N573MDIWV5WC', 'KUBE-SEP-VKMB5TW3VBIKAOID'];
}

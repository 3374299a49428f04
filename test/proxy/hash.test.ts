import { describe, expect, it } from 'vitest';
import { confirmChainName, splitChainName } from '../../src/proxy/chain-name.ts';
import {
  chainHash,
  endpointChainName,
  endpointText,
  hashedTexts,
  serviceChainNames,
} from '../../src/proxy/hash.ts';

/** Reads `namespace/name:port` and a protocol. */
function port(text: string, protocol: string) {
  const [namespace = '', rest = ''] = text.split('/');
  const [name = '', portName = ''] = rest.split(':');
  return { namespace, name, port: portName, protocol };
}

describe('the name of a Service chain', () => {
  it.each([
    ['default/kubernetes:https', 'TCP', 'NPX46M4PTMTKRN6Y'],
    ['kube-system/kube-dns:dns', 'UDP', 'TCOU7JCQXEZGVUNU'],
    ['kube-system/kube-dns:dns-tcp', 'TCP', 'ERIFXISQEP7F7OF4'],
    ['ns1/svc1:p80', 'TCP', 'XPGD46QRK7WJZT7O'],
    ['ns1/svc1', 'TCP', 'AQI2S6QIMU7PVVRP'],
    ['game-2048/service-2048', 'tcp', 'V7WHPSTR7G6YHTBY'],
  ])('for %s %s ends in %s', (text, protocol, hash) => {
    expect(serviceChainNames(port(text, protocol))).toEqual({
      SVC: `KUBE-SVC-${hash}`,
      SVL: `KUBE-SVL-${hash}`,
      EXT: `KUBE-EXT-${hash}`,
      FW: `KUBE-FW-${hash}`,
      XLB: `KUBE-XLB-${hash}`,
    });
  });

  it.each([
    ['default/mongoc-c0', 'C6WJOWMCWXIU4KVP'],
    ['default/nginx-ext', 'ICKQE4PTG2WGVXBF'],
  ])('for %s of a release before 1.20 ends in %s', (text, hash) => {
    expect(hashedTexts(port(text, 'TCP')).map(chainHash)).toContain(hash);
    expect(confirmChainName(`KUBE-SVC-${hash}`, port(text, 'TCP'))).toBe('TCP');
  });
});

describe('the name of an endpoint chain', () => {
  it.each([
    ['ns1/svc1:p80', 'TCP', '10.180.0.1', 80, 'SXIVWICOYRO3J4NJ'],
    ['game-2048/service-2048', 'TCP', '192.168.2.92', 80, '6RLR7GMXHKSBV5ON'],
    ['kube-system/kube-dns:dns', 'UDP', '192.168.2.12', 53, 'BA2VDASIQ3OMVE5M'],
  ])('for %s %s at %s:%i ends in %s', (text, protocol, address, number, hash) => {
    expect(endpointChainName(port(text, protocol), address, number)).toBe(`KUBE-SEP-${hash}`);
  });

  it('of a release before 1.20 is confirmed too', () => {
    const service = port('kube-system/canal-etcd', 'TCP');
    expect(confirmChainName('KUBE-SEP-KJX7S6NVUIOUABFE', service, '10.163.148.196:6666')).toBe('TCP');
  });

  it('puts an IPv6 address in brackets', () => {
    expect(endpointText('fd00:10:244:1::11', 8080)).toBe('[fd00:10:244:1::11]:8080');
    // As kube-proxy 1.36 wrote it for the Service shop/dual on a real node.
    const service = port('shop/dual', 'TCP');
    expect(endpointChainName(service, 'fd00:10:244:1::11', 8080)).toBe('KUBE-SEP-DLLS7R2WPBWPJ36E');
  });
});

describe('confirming a comment by the hash', () => {
  it('finds the protocol, which a comment does not tell', () => {
    expect(confirmChainName('KUBE-SVC-TCOU7JCQXEZGVUNU', port('kube-system/kube-dns:dns', ''))).toBe('UDP');
  });

  it('refuses a comment that names another Service', () => {
    expect(
      confirmChainName('KUBE-SVC-TCOU7JCQXEZGVUNU', port('kube-system/kube-dns:metrics', '')),
    ).toBeNull();
  });

  it('needs the endpoint for an endpoint chain, and none for the others', () => {
    const service = port('ns1/svc1:p80', '');
    expect(confirmChainName('KUBE-SEP-SXIVWICOYRO3J4NJ', service)).toBeNull();
    expect(confirmChainName('KUBE-SEP-SXIVWICOYRO3J4NJ', service, '10.180.0.1:80')).toBe('TCP');
    expect(confirmChainName('KUBE-SVC-XPGD46QRK7WJZT7O', service, '10.180.0.1:80')).toBeNull();
  });

  it.each(['KUBE-SERVICES', 'KUBE-SVC-short', 'KUBE-SVC-TCOU7JCQXEZGVUN1', 'KUBE-ABC-TCOU7JCQXEZGVUNU', ''])(
    'knows that %s is no hashed name',
    (name) => {
      expect(splitChainName(name)).toBeNull();
      expect(confirmChainName(name, port('a/b', ''))).toBeNull();
    },
  );
});

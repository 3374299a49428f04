import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import { parseAddress } from '../../src/net/address.ts';
import { isConfirmed, nftEndpointName, nftServiceName, parseNftName } from '../../src/proxy/nft-names.ts';
import { nftPurposeOf, nftRoleOf } from '../../src/proxy/nft-roles.ts';

function at(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(text);
  return address;
}

function port(text: string) {
  const [namespace = '', name = '', protocol = '', portName = ''] = text.split('/');
  return { namespace, name, protocol, port: portName };
}

describe('the name of an nft chain of a Service port', () => {
  it.each([
    ['shop/web/tcp/', '452DNVGS'],
    ['kube-system/kube-dns/udp/dns', 'FY5PMXPG'],
    ['default/kubernetes/tcp/https', '2QRHZV4L'],
    ['ns1/svc1/tcp/p80', 'ULMVA6XW'],
  ])('%s has the hash that kube-proxy gave it', (text, hash) => {
    expect(nftServiceName('service', port(text))).toBe(`service-${hash}-${text}`);
    expect(nftServiceName('external', { ...port(text), protocol: 'TCP' })).toContain('external-');
  });

  it.each([
    ['shop/web-sticky/tcp/', '10.244.1.11', 8080, 'BSPU3E67-shop/web-sticky/tcp/__10.244.1.11/8080'],
    ['ns1/svc1/tcp/p80', '10.180.0.1', 80, '5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80'],
    ['shop/dual/tcp/', 'fd00:10:244:1::b', 8080, 'DTNDYKMY-shop/dual/tcp/__fd00.10.244.1..b/8080'],
  ])('%s with an endpoint has the hash that kube-proxy gave it', (text, address, number, base) => {
    expect(nftEndpointName('affinity', port(text), at(address), number)).toBe(`affinity-${base}`);
    expect(parseNftName(`endpoint-${base}`)).toMatchObject({
      prefix: 'endpoint',
      endpoint: { address, port: number },
      cut: false,
    });
  });

  it('tells its Service port, and that nobody made it up', () => {
    const name = parseNftName('service-FY5PMXPG-kube-system/kube-dns/udp/dns');
    expect(name?.service).toEqual({
      namespace: 'kube-system',
      name: 'kube-dns',
      protocol: 'udp',
      port: 'dns',
    });
    expect(name !== null && isConfirmed(name)).toBe(true);
    const other = parseNftName('service-FY5PMXPG-kube-system/kube-dns/udp/dnt');
    expect(other !== null && isConfirmed(other)).toBe(false);
    expect(parseNftName('services')).toBeNull();
  });

  it('is cut where the kernel would refuse it, and then tells nothing but its hash', () => {
    const long = { namespace: 'n'.repeat(63), name: 's'.repeat(63), protocol: 'tcp', port: 'p'.repeat(130) };
    const name = nftServiceName('local', long);
    expect(name).toHaveLength('local-'.length + 240);
    expect(name.endsWith('...')).toBe(true);
    expect(parseNftName(name)).toMatchObject({ cut: true, service: null });
  });
});

describe('the role of an nft object', () => {
  it.each([
    ['services', 'entry'],
    ['filter-prerouting-pre-dnat', 'base'],
    ['filter-output-post-dnat', 'base'],
    ['no-endpoint-nodeports', 'refuse'],
    ['hairpin-connections', 'hairpin'],
    ['mark-for-masquerade', 'mark-masquerade'],
    ['endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80', 'endpoint'],
    ['toString', null],
  ])('%s is %s', (name, role) => {
    expect(nftRoleOf(name)).toBe(role);
    expect(nftPurposeOf(name) === null).toBe(role === null);
  });
});

import { describe, expect, it } from 'vitest';
import { ownerOf, ownerOfComment, purposeOf } from '../../src/proxy/owners.ts';

describe('who made a chain', () => {
  it.each([
    ['KUBE-SERVICES', 'kube-proxy'],
    ['KUBE-SEP-SXIVWICOYRO3J4NJ', 'kube-proxy'],
    ['KUBE-PROXY-CANARY', 'kube-proxy'],
    ['service-2F2LGX7W-shop/solo/tcp/', 'kube-proxy'],
    ['KUBE-KUBELET-CANARY', 'kubelet'],
    ['KUBE-IPTABLES-HINT', 'kubelet'],
    ['KUBE-ROUTER-FORWARD', 'kube-router'],
    ['KUBE-POD-FW-X', 'kube-router'],
    ['KUBE-NWPLCY-DEFAULT', 'kube-router'],
    ['cali-tw-cali1234', 'calico'],
    ['CILIUM_PRE_mangle', 'cilium'],
    ['OLD_CILIUM_PRE_mangle', 'cilium'],
    ['FLANNEL-POSTRTG', 'flannel'],
    ['WEAVE-NPC', 'weave'],
    ['WEAVE', 'weave'],
    ['AWS-SNAT-CHAIN-0', 'aws-vpc-cni'],
    ['AZURE-NPM-INGRESS', 'azure-npm'],
    ['SWIFT-POSTROUTING', 'azure-cni'],
    ['DOCKER', 'docker'],
    ['DOCKER-ISOLATION-STAGE-1', 'docker'],
    ['CNI-HOSTPORT-DNAT', 'cni-portmap'],
    ['CNI-DN-2fd3a01d804b10ca8ef8d', 'cni-portmap'],
    ['CNI-FORWARD', 'cni-firewall'],
    ['CNI-ISOLATION-STAGE-1', 'cni-plugins'],
    ['CNI-4ce45d3e991623977ffbeec6', 'cni-bridge'],
    ['IP-MASQ', 'ip-masq-agent'],
    ['IP-MASQ-AGENT', 'ip-masq-agent'],
    ['ANTREA-POSTROUTING', 'antrea'],
    ['ISTIO_OUTPUT', 'istio'],
    ['INPUT_ZONES', 'firewalld'],
    ['IN_public', 'firewalld'],
    ['FWDI_public_allow', 'firewalld'],
    ['ufw-user-limit', 'ufw'],
    ['ufw6-user-input', 'ufw'],
    ['LIBVIRT_FWI', 'libvirt'],
  ])('%s: %s', (chain, owner) => {
    expect(ownerOf(chain)).toBe(owner);
  });

  it.each(['INPUT', 'PREROUTING', 'MY-CHAIN', 'kube-services', 'DOCKERS', 'POSTROUTING', ''])(
    'the name %j does not tell',
    (chain) => {
      expect(ownerOf(chain)).toBeNull();
      expect(purposeOf(chain)).toBeNull();
    },
  );
});

describe('who wrote a comment', () => {
  it.each([
    ['NodeLocal DNS Cache: skip conntrack', 'node-local-dns'],
    ['ip-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic', 'ip-masq-agent'],
    ['cali:JHlpT-eSqR1TvyYm', 'calico'],
    ['flanneld masq', 'flannel'],
    ['AWS, primary ENI', 'aws-vpc-cni'],
    ['dnat name: "podnet" id: "3f2a"', 'cni-portmap'],
    ['kubernetes service portals', 'kube-proxy'],
    ['Redirect pods trying to reach external loadbalancer VIP to clusterIP', 'kube-proxy'],
    ['blocked clients', null],
    ['', null],
  ])('%j: %s', (comment, owner) => {
    expect(ownerOfComment(comment)).toBe(owner);
  });
});

describe('what a chain is for', () => {
  it.each([
    ['KUBE-SERVICES', 'cluster IP'],
    ['KUBE-NODEPORTS', 'node port'],
    ['KUBE-MARK-MASQ', 'KUBE-POSTROUTING'],
    ['KUBE-SVL-XPGD46QRK7WJZT7O', 'this node only'],
    ['KUBE-SEP-SXIVWICOYRO3J4NJ', 'One endpoint'],
    ['KUBE-PROXY-CANARY', 'flushed'],
    ['CNI-DN-2fd3a01d804b10ca8ef8d', 'host ports'],
    ['DOCKER-USER', 'administrator'],
    ['cali-nat-outgoing', 'masquerades'],
  ])('%s is explained', (chain, part) => {
    expect(purposeOf(chain)).toContain(part);
  });

  it('is a whole sentence', () => {
    for (const chain of [
      'KUBE-FORWARD',
      'KUBE-XLB-XPGD46QRK7WJZT7O',
      'CNI-4ce45d3e991623977ffbeec6',
      'cali-xyz',
    ]) {
      expect(purposeOf(chain)).toMatch(/^\S.*\.$/);
    }
  });

  it('is not claimed for a name that only looks like a hashed one', () => {
    expect(purposeOf('KUBE-SVC-lowercase')).toBeNull();
  });
});

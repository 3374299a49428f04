import { describe, expect, it } from 'vitest';
import { ask } from './paste.ts';

const DESCRIBED = `$ kubectl describe svc cart -n shop
Name:                     cart
Namespace:                shop
Type:                     ClusterIP
IP:                       10.96.44.12
Port:                     http  80/TCP
TargetPort:               8080/TCP
Endpoints:                10.244.1.7:8080
Session Affinity:         None
`;
const TABLE = `$ kubectl get svc -n shop
NAME   TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)   AGE
cart   ClusterIP   10.96.44.12   <none>        80/TCP    12d
`;
const RULES = `# iptables-save -t nat | grep shop/cart
-A KUBE-SERVICES -d 10.96.44.12/32 -p tcp -m comment --comment "shop/cart:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-7XQ5ZBFA5FJ2KXZD
-A KUBE-SVC-7XQ5ZBFA5FJ2KXZD -m comment --comment "shop/cart:http -> 10.244.1.7:8080" -j KUBE-SEP-AAAAAAAAAAAAAAAA
-A KUBE-SEP-AAAAAAAAAAAAAAAA -s 10.244.1.7/32 -m comment --comment "shop/cart:http" -j KUBE-MARK-MASQ
-A KUBE-SEP-AAAAAAAAAAAAAAAA -p tcp -m comment --comment "shop/cart:http" -m tcp -j DNAT --to-destination 10.244.1.7:8080
`;
const endpoints = (list: string): string =>
  `$ kubectl get ep -n shop\nNAME   ENDPOINTS   AGE\ncart   ${list}   12d\n`;

const apiLine = async (shown: string): Promise<string> => {
  const { out } = await ask(shown + RULES, 'why', 'shop/cart');
  return /^in the API: (.*(?:\n {4}.*)*)/m.exec(out)?.[1]?.replaceAll(/\s+/g, ' ') ?? '';
};

describe('What does `why` say of the API where kubectl’s tables are all there is?', () => {
  it('what a description shows: target port and endpoints', async () => {
    expect(await apiLine(DESCRIBED)).toBe(
      'type ClusterIP, targetPort 8080; kubectl shows endpoint 10.244.1.7:8080',
    );
    expect(await apiLine(DESCRIBED.replace('8080/TCP', 'web/TCP'))).toContain('targetPort web;');
  });

  it('nothing of a target port where lines of the description are missing, or in a table, which shows none', async () => {
    expect(await apiLine(DESCRIBED.replace(/TargetPort.*\n/, ''))).toBe(
      'type ClusterIP; kubectl shows endpoint 10.244.1.7:8080',
    );
    expect(await apiLine(TABLE)).toBe('type ClusterIP; endpoints were not captured');
  });

  it('the endpoints of a table, and that some may be missing', async () => {
    expect(await apiLine(TABLE + endpoints('10.244.1.7:8080'))).toBe(
      'type ClusterIP; kubectl shows endpoint 10.244.1.7:8080',
    );
    expect(await apiLine(TABLE + endpoints('<none>'))).toBe('type ClusterIP; kubectl shows no endpoint');
    expect(await apiLine(TABLE + endpoints('10.244.1.7:8080,10.244.2.9:8080 + 1 more...'))).toBe(
      'type ClusterIP; kubectl shows endpoints 10.244.1.7:8080 and 10.244.2.9:8080, and may have left some out',
    );
    const two = TABLE.replace('80/TCP', '80/TCP,443/TCP');
    expect(await apiLine(two + endpoints('10.244.1.7:8080,10.244.1.7:8443'))).toContain(
      'of all its ports together',
    );
  });
});

describe('What does `why` say above an error where it is unknown how each sender fares?', () => {
  it('that this is unknown, and that there is an error', async () => {
    const broken = RULES.replace(/.*KUBE-MARK-MASQ\n/, '');
    const dump = `# iptables-save
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-7XQ5ZBFA5FJ2KXZD - [0:0]
:KUBE-SEP-AAAAAAAAAAAAAAAA - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
${broken.replace(/^#.*\n/, '')}COMMIT
`;
    const { status, out } = await ask(TABLE + endpoints('<none>') + dump, 'why', 'shop/cart');
    expect(out).toContain('UNKNOWN whether it works as asked, AND AN ERROR CONCERNS THE SERVICE');
    expect(out).not.toContain('DOES NOT WORK');
    expect(out).toContain('ERROR KP114');
    expect(status).toBe(1);
  });
});

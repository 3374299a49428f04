import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const TABLES = `$ kubectl get svc
NAME         TYPE           CLUSTER-IP   EXTERNAL-IP   PORT(S)                      AGE
kubernetes   ClusterIP      10.96.0.1    <none>        443/TCP                      12d
web          LoadBalancer   10.96.3.3    192.0.2.80    80:30080/TCP,443:30443/TCP   3d
$ kubectl get pods -A -o wide
NAMESPACE   NAME                  READY   STATUS    RESTARTS      AGE   IP            NODE    NOMINATED NODE
shop        web-5d8f7c9b4-abcde   1/1     Running   3 (2d ago)    3d    10.244.1.11   node1   <none>
$ kubectl get nodes -o wide
NAME    STATUS   ROLES    AGE   VERSION   INTERNAL-IP    EXTERNAL-IP   OS-IMAGE             KERNEL-VERSION
node1   Ready    <none>   12d   v1.28.3   172.31.0.11    <none>        Ubuntu 22.04.3 LTS   5.15.0-91-generic
`;

const RULES = `# iptables-save -t nat | grep web
-A KUBE-SERVICES -d 10.96.3.3/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "shop/web:http -> 10.244.1.11:8080" -j KUBE-SEP-BBBBBBBBBBBBBBBB
-A KUBE-SEP-BBBBBBBBBBBBBBBB -p tcp -m comment --comment "shop/web:http" -m tcp -j DNAT --to-destination 10.244.1.11:8080
`;

const DESCRIBED = `$ kubectl -n shop describe svc api
Name:                     api
Namespace:                shop
Labels:                   <none>
Selector:                 app=api
Type:                     NodePort
IP:                       10.96.4.4
Port:                     grpc  9000/TCP
TargetPort:               9000/TCP
NodePort:                 grpc  30900/TCP
Endpoints:                10.244.1.12:9000
Session Affinity:         None
Events:                   <none>
`;

describe('tables of kubectl among the rules', () => {
  it('name the pod behind an address, and are not passed over', async () => {
    const { out, err } = await ask(
      TABLES + RULES,
      'trace',
      '10.96.3.3:80',
      '--from',
      'pod',
      '--detail',
      'answer',
    );
    expect(out).toContain('10.244.1.11:8080  shop/web-5d8f7c9b4-abcde  node1');
    expect(err).not.toContain('passed over');
  });

  it('show no port names and no namespace: those in the comments of the rules count', async () => {
    const { out } = await ask(TABLES + RULES, 'trace', 'shop/web', '--from', 'pod', '--detail', 'answer');
    expect(out).toMatch(/^10\.96\.3\.3:80\/tcp is shop\/web:http \(cluster IP\)/);
    expect(out).not.toContain('the API says');
  });

  it('tell which rules a Service should have; picked lines do not tell that these are missing', async () => {
    const { out } = await ask(TABLES + RULES, 'services');
    expect(out).toContain('rules not captured for its load balancer 192.0.2.80, node port');
    expect(out).not.toContain('no rule for');
  });

  it('let a pod be named as the sender', async () => {
    const answer = await answerTo(TABLES + RULES, '10.96.3.3:80', '--from', 'pod:shop/web-5d8f7c9b4-abcde');
    expect(answer).toContain('from pod shop/web-5d8f7c9b4-abcde (10.244.1.11)');
  });

  it('say that the namespace is a guess, and not where it was asked for', async () => {
    const other = TABLES.replace(/^kubernetes .*\n/m, '');
    const guessed = await ask(other + RULES, 'trace', 'shop/web', '--from', 'pod');
    expect(guessed.err).toContain('a table of kubectl does not say its namespace: taken for default');
    const asked = other.replace('get svc', 'get svc -n shop') + RULES;
    expect((await ask(asked, 'trace', 'shop/web', '--from', 'pod')).err).not.toContain('namespace');
    // Service kubernetes is in namespace default alone.
    expect((await ask(TABLES + RULES, 'trace', 'shop/web', '--from', 'pod')).err).not.toContain('namespace');
  });

  it('never prove that something is not there', async () => {
    const { status, out } = await ask(
      TABLES + RULES.replaceAll('web', 'other').replace('10.96.3.3', '10.96.9.9'),
      'trace',
      'shop/other',
      '--from',
      'pod',
      '--detail',
      'answer',
    );
    expect(status).toBe(0);
    expect(out).toContain('is shop/other:http (cluster IP');
  });

  it('are not what the API is compared with', async () => {
    const { out } = await ask(TABLES + RULES, 'check', '-o', 'json');
    const { findings } = JSON.parse(out);
    expect(findings.map(({ code }: { code: string }) => code)).toEqual(['KP130']);
  });
});

describe('kubectl describe svc', () => {
  it('tells addresses, node port and the names of ports', async () => {
    const { out, err } = await ask(DESCRIBED + RULES, 'trace', 'shop/api:grpc', '--from', 'pod');
    expect(out).toContain('10.96.4.4:9000/tcp is shop/api:grpc (cluster IP)');
    expect(err).not.toContain('passed over');
  });

  it('tells the address of a load balancer with the mode behind it, as Kubernetes 1.29 and newer print it', async () => {
    const balanced = DESCRIBED.replace('NodePort\nIP:', 'LoadBalancer\nIP:').replace(
      /^Port: .*\n/m,
      'LoadBalancer Ingress:     192.0.2.80 (VIP)\n$&',
    );
    const { out, err } = await ask(balanced + RULES, 'trace', '192.0.2.80:9000', '--from', 'external');
    expect(balanced).toContain('(VIP)');
    expect(err).not.toContain('192.0.2.80');
    expect(out).toContain('shop/api:grpc');
  });

  it('of a pod tells no Service', async () => {
    const pod =
      'Name:         web-1\nNamespace:    shop\nNode:         node1/172.31.0.11\nIP:           10.244.1.11\n';
    const { status, err } = await ask(pod + RULES, 'trace', 'shop/web-1', '--from', 'pod');
    expect(status).toBe(2);
    expect(err).toContain('no Service shop/web-1');
  });
});

describe('a table of endpoints', () => {
  const EP = `$ kubectl get ep -n shop
NAME   ENDPOINTS                             AGE
web    10.244.1.12:8080,10.244.2.7:8080      3d
api    10.244.1.13:9000                      3d
`;
  const SLICES = `$ kubectl get endpointslices -n shop
NAME        ADDRESSTYPE   PORTS   ENDPOINTS                 AGE
web-x4k2f   IPv4          8080    10.244.1.12,10.244.2.7    3d
`;
  const OTHER =
    'sends the packet to 10.244.1.11:8080, but kubectl shows endpoints 10.244.1.12:8080, 10.244.2.7:8080 of shop/web: the rules are stale, or the table is older';
  const answer = async (table: string): Promise<string> =>
    await answerTo(table + RULES, '10.96.3.3:80', '--from', 'pod');

  it.each([
    ['Endpoints', EP],
    ['EndpointSlices', SLICES],
    ['Endpoints that were picked, for a row has them all', EP.replace('-n shop', '-n shop | grep -v api')],
    ['both, as one command prints them', EP.replace('web ', 'endpoints/web ')],
    [
      'described',
      DESCRIBED.replaceAll('api', 'web').replace('10.244.1.12:9000', '10.244.1.12:8080,10.244.2.7:8080'),
    ],
  ])('shows that the rules lead elsewhere: %s', async (_, table) => {
    expect(await answer(table)).toContain(OTHER);
  });

  it('also where it has none', async () => {
    expect(await answer(EP.replace(/10\.244\.1\.12\S+/, '<none>'))).toContain(
      'but kubectl shows no endpoint of shop/web',
    );
  });

  it.each([
    ['that has the endpoint', EP.replace('10.244.1.12', '10.244.1.11')],
    ['that shows some of them only', EP.replace('10.244.2.7:8080 ', '10.244.2.7:8080 + 1 more...')],
    ['of slices that were picked', SLICES.replace('-n shop', '-n shop | grep -e NAME -e x4k2f')],
    ['of one slice, asked for by its name', SLICES.replace('-n shop', '-n shop web-x4k2f')],
    [
      'of one slice, named with its kind',
      SLICES.replace('endpointslices -n shop', '-n shop endpointslices/web-x4k2f'),
    ],
    [
      'described, of which lines were picked: another port may have more',
      DESCRIBED.replaceAll('api', 'web')
        .replace('10.244.1.12:9000', '10.244.1.12:8080,10.244.2.7:8080')
        .replace('svc web', 'svc web | grep -e Name -e IP -e Endpoints'),
    ],
    ['of slices with some left out', SLICES.replace(/$/, '...\n')],
    ['of another namespace', EP.replace('shop', 'other')],
    ['of another Service', EP.replace('web ', 'ui ')],
    ['of the other family', SLICES.replace('IPv4', 'IPv6').replace(/10\.244\S+/, 'fd00::1,fd00::2')],
  ])('says nothing against it: one %s', async (_, table) => {
    expect(await answer(table)).not.toContain('but kubectl shows');
  });
});

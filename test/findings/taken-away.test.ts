import { describe, expect, it } from 'vitest';
import { type ApiObject, type Edit, editObjects, findIn, replace } from './altered-capture.ts';

const service = (name: string, change: (object: ApiObject) => void): Edit =>
  editObjects('services.json', (object) => {
    if (object.metadata.name === name) change(object);
  });
const labelled = (kind: string, name: string, label: string): Edit =>
  editObjects(kind, ({ metadata }) => {
    if (metadata.name.startsWith(name)) {
      const labels = (metadata as { labels?: Record<string, string> }).labels ?? {};
      Object.assign(metadata, { labels: { ...labels, [label]: '' } });
    }
  });

const noNodePort = service('np-cluster', ({ spec }) => {
  spec.type = 'ClusterIP';
  for (const port of spec.ports) delete port.nodePort;
});
const ingress = (...list: readonly object[]): Edit =>
  service('lb', ({ status }) => {
    status.loadBalancer = list.length === 0 ? {} : { ingress: list };
  });
const HEADLESS = 'service.kubernetes.io/headless';
const OTHER_PROXY = 'service.kubernetes.io/service-proxy-name';

/** What the API took away, with what is then told of the rules, and of IPVS. */
const TAKEN: readonly (readonly [string, Edit, RegExp, RegExp])[] = [
  [
    'a node port',
    noNodePort,
    /np-cluster: the rules have node port 30080, which the Service does not/,
    /:30080/,
  ],
  [
    'an external IP',
    service('web-extip', ({ spec }) => delete spec.externalIPs),
    /web-extip: the rules have (external IP|address) 203\.0\.113\.10:80, which the Service does not/,
    /balances 203\.0\.113\.10:80/,
  ],
  [
    'a load balancer’s address',
    ingress(),
    /shop\/lb: the rules have (load balancer IP|address) 198\.51\.100\.10:80, which the Service does not/,
    /balances 198\.51\.100\.10:80/,
  ],
  [
    'a load balancer’s address, which it is to take itself',
    ingress({ ip: '198.51.100.10', ipMode: 'Proxy' }),
    /198\.51\.100\.10:80, which the API leaves to the load balancer itself \(ipMode Proxy\)/,
    /lb: IPVS balances 198\.51\.100\.10:80, which the API leaves to the load balancer/,
  ],
  [
    'one of several ports',
    service('multi', ({ spec }) => {
      spec.ports = spec.ports.filter(({ port }) => port !== 80);
    }),
    /shop\/multi:http: the rules have cluster IP 10\.96\.10\.36:80, which/,
    /shop\/multi: IPVS balances 10\.96\.10\.36:80, which the Service does not have/,
  ],
  [
    'the cluster IP',
    service('web', ({ spec }) => {
      Object.assign(spec, { clusterIP: 'None', clusterIPs: ['None'] });
    }),
    /shop\/web: the rules have cluster IP 10\.96\.10\.1:80, and the Service is headless/,
    /balances 10\.96\.10\.1:80/,
  ],
  [
    'everything but a name',
    service('web', ({ spec }) => {
      spec.type = 'ExternalName';
    }),
    /shop\/web: the rules have cluster IP 10\.96\.10\.1:80, and the Service is of type ExternalName/,
    /shop\/web: IPVS balances 10\.96\.10\.1:80, and the Service is of type ExternalName/,
  ],
  [
    'it from kube-proxy, by a label',
    labelled('services.json', 'web', OTHER_PROXY),
    /shop\/web(,|: the rules have cluster IP 10\.96\.10\.1:80, and label)/,
    /balances .*10\.96\.10\.1/,
  ],
];

describe('Is it a fault that rules serve an address or port that the API took from a Service?', () => {
  it.each(TAKEN)('yes: %s, in iptables mode', async (_, edit, says) => {
    const found = (await findIn([edit])).find(({ code }) => code === 'KP102');
    expect(found).toMatchObject({ severity: 'error', certainty: 'certain' });
    expect(found?.message).toMatch(says.source.startsWith('shop\\/web(,') ? /shop\/web/ : says);
  });

  it.each(TAKEN.slice(0, 5))('yes: %s, in nftables mode', async (_, edit, says) => {
    const found = (await findIn([edit], 'demo-nftables')).find(({ code }) => code === 'KP102');
    // Its capture was taken while kube-proxy was stopped: two other Services are told of as well.
    expect(found?.evidence.map(({ text }) => text).join('\n')).toMatch(says);
  });

  it.each(TAKEN.slice(0, 7))('yes: %s, in IPVS mode', async (_, edit, __, says) => {
    const found = (await findIn([edit], 'ipvs')).find(({ code }) => code === 'KP305');
    expect(found).toMatchObject({ severity: 'error', certainty: 'certain' });
    expect(found?.message).toMatch(says);
  });

  const codes = async (...edits: readonly Edit[]) =>
    (await findIn(edits)).filter(({ code }) => code === 'KP102').map(({ message }) => message);

  it('no: kube-proxy 1.28 knows no ipMode, nor does anybody know what one of unknown version does', async () => {
    const proxied = ingress({ ip: '198.51.100.10', ipMode: 'Proxy' });
    // Its rules are those of 1.36, and lack the address of another Service, which 1.28 would take.
    expect((await codes(proxied, replace('capture.json', 'v1.36.3', 'v1.28.3'))).join()).not.toMatch(
      /198\.51\.100\.10:80/,
    );
    expect(await codes(proxied, replace('capture.json', '"Kubernetes v1.36.3"', 'null'))).toEqual([]);
  });

  it('no: a manifest tells neither cluster IPs nor what load balancers gave', async () => {
    const manifest = service('lb', (object) => {
      Reflect.deleteProperty(object, 'status');
    });
    expect(await codes(manifest)).toEqual([]);
    const bare = service('web', ({ spec }) => {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    });
    expect(await codes(bare)).toEqual([]);
  });
});

describe('Does kube-proxy see what has a label by which its informers leave it out?', () => {
  it('no: a Service without rules is then as it should be', async () => {
    const gone: Edit = [
      'iptables-save.txt',
      (text) => text.replaceAll(/^.*-A KUBE-SERVICES -d 10\.96\.10\.1\/32 .*\n/gm, ''),
    ];
    const label = service('web', ({ metadata }) => {
      Object.assign(metadata, { labels: { [HEADLESS]: '' } });
    });
    const told = (await findIn([gone])).map(({ code }) => code);
    expect(told).toContain('KP102');
    expect((await findIn([gone, label])).map(({ code }) => code)).not.toContain('KP102');
  });

  it.each([HEADLESS, OTHER_PROXY])('no: endpoints of a slice with %s are missed by nobody', async (label) => {
    const slice = (labels: object): Edit => [
      'endpointslices.json',
      (text) => {
        const list = JSON.parse(text);
        list.items.push({
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: {
            name: 'web-extra',
            namespace: 'shop',
            labels: { 'kubernetes.io/service-name': 'web', ...labels },
          },
          addressType: 'IPv4',
          endpoints: [{ addresses: ['10.244.1.99'], nodeName: 'node-1' }],
          ports: [{ name: '', port: 8080, protocol: 'TCP' }],
        });
        return JSON.stringify(list);
      },
    ];
    const codes = async (edit: Edit) => (await findIn([edit])).map(({ code }) => code);
    expect(await codes(slice({}))).toContain('KP102');
    expect(await codes(slice({ [label]: '' }))).not.toContain('KP102');
  });
});

describe('What does a finding say where the traffic policy alone was changed?', () => {
  const saidOf = async (...edits: readonly Edit[]) =>
    (await findIn(edits)).find(({ code }) => code === 'KP102');

  it('which policy the rules are for, and by which rule', async () => {
    const found = await saidOf(
      service('np-cluster', ({ spec }) => {
        spec.externalTrafficPolicy = 'Local';
      }),
    );
    expect(found?.message).toMatch(
      /^shop\/np-cluster: the rules masquerade what comes by node port .*, as they do for externalTrafficPolicy Cluster, and in the API it is Local$/,
    );
    expect(found?.evidence[0]?.text).toMatch(/-A KUBE-EXT-\S+ .*-j KUBE-MARK-MASQ/);
  });

  it('the other way round too', async () => {
    const found = await saidOf(
      service('np-local', ({ spec }) => {
        spec.externalTrafficPolicy = 'Cluster';
      }),
    );
    expect(found?.message).toMatch(
      /do not masquerade .* externalTrafficPolicy Local, and in the API it is Cluster$/,
    );
  });

  it('not that the API has no such endpoint, where it is one of another node', async () => {
    const found = await saidOf(
      service('web', ({ spec }) => {
        spec.internalTrafficPolicy = 'Local';
      }),
    );
    expect(found?.message).toMatch(
      /send .* to 10\.244\.2\.11:8080, and internalTrafficPolicy is Local in the API$/,
    );
  });
});

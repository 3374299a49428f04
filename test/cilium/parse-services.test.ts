import { describe, expect, it } from 'vitest';
import { recognise } from '../../src/capture/recognise.ts';
import { parseCiliumServices } from '../../src/cilium/parse-services.ts';
import { formatSocket } from '../../src/net/listed-socket.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { toldAll } from '../../src/problems/told-problem.ts';

const TABLE = `ID   Frontend                Service Type   Backend
1    10.96.0.1:443           ClusterIP      1 => 172.18.0.3:6443 (active)
2    10.96.0.10:53/UDP       ClusterIP      1 => 10.244.1.5:53/UDP (active)
                                            2 => 10.244.2.7:53/UDP (terminating)
3    10.96.0.30:80           ClusterIP
4    [fd00:10:96::a]:53/TCP  ClusterIP      1 => [fd00:10:244:1::5]:53/TCP (active)
5    0.0.0.0:30080/TCP/i     NodePort       1 => 10.244.1.9:8080/TCP (active)
`;
const MODELS = JSON.stringify([
  {
    spec: {
      'backend-addresses': [
        { ip: '10.244.1.5', port: 53, protocol: 'UDP', state: 'active', weight: 100 },
        { ip: '10.244.2.7', port: 53, protocol: 'UDP', state: 'terminating' },
      ],
      flags: { name: 'kube-dns', namespace: 'kube-system', type: 'ClusterIP' },
      'frontend-address': { ip: '10.96.0.10', port: 53, protocol: 'UDP', scope: 'external' },
      id: 2,
    },
    status: { realized: {} },
  },
]);
const MAP = JSON.stringify({
  '10.96.0.10:53/UDP (0)': ['0.0.0.0:0 (2) (0) [ClusterIP, non-routable]'],
  '10.96.0.10:53/UDP (1)': ['10.244.1.5:53/UDP (2) (1)'],
  '10.96.0.10:53/UDP (2)': ['10.244.2.7:53/UDP (2) (2)'],
});
const OLD_MAP = JSON.stringify({
  '10.96.0.10:53': [
    '0.0.0.0:0 (2) (0) [ClusterIP, non-routable]',
    '10.244.1.5:53 (2) (1)',
    '10.244.2.7:53 (2) (2)',
  ],
});

function read(text: string) {
  const problems = new ProblemList();
  const { frontends } = parseCiliumServices(text, 'cilium.txt', problems);
  const lines = frontends.map(
    (one) =>
      `${formatSocket(one)} ${one.protocol} ${one.type}: ${one.backends.map((each) => `${formatSocket(each)} ${each.state}`).join(', ')}`,
  );
  return { lines, problems: toldAll(problems.list()).map(({ message }) => message) };
}

describe('What does Cilium list of its Services?', () => {
  it('as a table', () => {
    expect(read(TABLE)).toEqual({
      lines: [
        '10.96.0.1:443 null ClusterIP: 172.18.0.3:6443 active',
        '10.96.0.10:53 17 ClusterIP: 10.244.1.5:53 active, 10.244.2.7:53 terminating',
        '10.96.0.30:80 null ClusterIP: ',
        '[fd00:10:96::a]:53 6 ClusterIP: [fd00:10:244:1::5]:53 active',
        '0.0.0.0:30080 6 NodePort: 10.244.1.9:8080 active',
      ],
      problems: [],
    });
  });

  it.each([
    ['as JSON', MODELS, 'active', 'terminating', 17],
    ['as the map of the eBPF programs', MAP, null, null, 17],
    ['as an older map', OLD_MAP, null, null, null],
  ])('%s', (_, text, first, second, protocol) => {
    expect(read(text)).toEqual({
      lines: [`10.96.0.10:53 ${protocol} ClusterIP: 10.244.1.5:53 ${first}, 10.244.2.7:53 ${second}`],
      problems: [],
    });
  });

  it('the newest table, which has no numbers, with Services of another cluster and preferred backends', () => {
    const table = `Frontend                 Service Type         Backend
10.0.0.1:443/TCP         ClusterIP (Remote)   1 => 20.207.101.26:443/TCP (active) (preferred)
10.0.0.10:53/UDP         ClusterIP            1 => 10.244.0.59:53/UDP (active)
                                              2 => 10.244.0.60:53/UDP (terminating-not-serving)
`;
    expect(read(table)).toEqual({
      lines: [
        '10.0.0.1:443 6 ClusterIP: 20.207.101.26:443 active',
        '10.0.0.10:53 17 ClusterIP: 10.244.0.59:53 active, 10.244.0.60:53 terminating-not-serving',
      ],
      problems: [],
    });
    expect(recognise(Buffer.from(table)).kind).toBe('cilium-services');
  });

  it('of a socket that has two scopes the backends of each apart', () => {
    const map = JSON.stringify({
      '10.0.0.10:32179/TCP (0)': ['0.0.0.0:0 (28) (0) [NodePort, Local, two-scopes]'],
      '10.0.0.10:32179/TCP (1)': ['10.100.2.188:443/TCP (28) (1)'],
      '10.0.0.10:32179/TCP/i (0)': ['0.0.0.0:0 (29) (0) [NodePort, Local, two-scopes]'],
      '10.0.0.10:32179/TCP/i (1)': ['10.100.2.188:443/TCP (29) (1)'],
      '10.0.0.10:32179/TCP/i (2)': ['10.100.1.7:443/TCP (29) (2)'],
    });
    expect(read(map).lines).toEqual([
      '10.0.0.10:32179 6 NodePort: 10.100.2.188:443 null',
      '10.0.0.10:32179 6 NodePort: 10.100.2.188:443 null, 10.100.1.7:443 null',
    ]);
  });

  it.each([TABLE, MODELS, MAP, OLD_MAP])('it is told by its content', (text) => {
    expect(recognise(Buffer.from(text)).kind).toBe('cilium-services');
  });

  it('what cannot be read is counted, and what is no listing gives nothing', () => {
    expect(read(`${TABLE}6  nonsense  ClusterIP\n`).problems).toEqual([
      "1 lines of Cilium's Services cannot be read",
    ]);
    expect(read('[{"spec": 7}, null, {"spec": {"frontend-address": {"ip": 5}}}]').lines).toEqual([]);
    expect(read('[{"spec": ').problems).toHaveLength(1);
  });

  it.each([
    ['a backend without an address', MODELS.replace('"10.244.2.7"', 'null')],
    ['a backend of the map that is no socket', MAP.replace('10.244.2.7:53/UDP', 'nobody')],
    ['an empty file', ''],
  ])('not all of it: %s', (_, text) => {
    const problems = new ProblemList();
    expect(parseCiliumServices(text, 'cilium.txt', problems).incomplete).toBe(true);
    expect(toldAll(problems.list())).toHaveLength(1);
  });
});

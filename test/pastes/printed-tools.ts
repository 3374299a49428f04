import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a tool prints for people of what a capture holds as JSON; empty where the capture lacks it. */
export type Print = (folder: string) => string;

interface Link {
  readonly ifindex: number;
  readonly ifname: string;
  readonly addr_info: readonly {
    readonly family: string;
    readonly local: string;
    readonly prefixlen: number;
    readonly scope: string;
    readonly broadcast?: string;
  }[];
}

interface Route {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly table?: string;
  readonly type?: string;
  readonly metric?: number;
}

interface ServiceObject {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly type: string;
    readonly clusterIP?: string;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly protocol: string;
      readonly nodePort?: number;
    }[];
  };
}

interface SliceObject {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly addressType: string;
  readonly ports: readonly { readonly port: number }[] | null;
  readonly endpoints: readonly { readonly addresses: readonly string[] }[] | null;
}

function read<T>(folder: string, file: string): T | null {
  const path = join(folder, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

const items = <T>(folder: string, file: string): readonly T[] =>
  read<{ items: T[] }>(folder, file)?.items ?? [];

function columns(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

/** `ip -o addr` */
export const addressLines: Print = (folder) =>
  (read<Link[]>(folder, 'ip-addr.json') ?? [])
    .flatMap(({ ifindex, ifname, addr_info }) =>
      addr_info.map(({ family, local, prefixlen, scope, broadcast }) => {
        const brd = broadcast === undefined ? '' : ` brd ${broadcast}`;
        return `${ifindex}: ${ifname}    ${family} ${local}/${prefixlen}${brd} scope ${scope} ${family === 'inet' ? ifname : ''}\\       valid_lft forever preferred_lft forever`;
      }),
    )
    .join('\n');

/** `ifconfig` */
export const ifconfig: Print = (folder) =>
  (read<Link[]>(folder, 'ip-addr.json') ?? [])
    .map(({ ifname, addr_info }) => {
      const lines = addr_info.map(({ family, local, prefixlen, broadcast }) =>
        family === 'inet'
          ? `        inet ${local}  netmask ${maskOf(prefixlen)}${broadcast === undefined ? '' : `  broadcast ${broadcast}`}`
          : `        inet6 ${local}  prefixlen ${prefixlen}  scopeid 0x0<global>`,
      );
      return [`${ifname}: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500`, ...lines, ''].join('\n');
    })
    .join('\n')
    .trimEnd();

function maskOf(length: number): string {
  const value = length === 0 ? 0 : (2 ** 32 - 2 ** (32 - length)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** `route -n` */
export const routeTable: Print = (folder) => {
  const routes = (read<Route[]>(folder, 'ip-route.json') ?? []).filter(
    ({ table, type }) => table === undefined && (type === undefined || type === 'unicast'),
  );
  const rows = routes.map(({ dst, gateway, dev = '', metric = 0 }) => {
    const [address = '0.0.0.0', length = dst === 'default' ? '0' : '32'] = (
      dst === 'default' ? '0.0.0.0' : dst
    ).split('/');
    const flags = `U${gateway === undefined ? '' : 'G'}`;
    return `${address.padEnd(15)} ${(gateway ?? '0.0.0.0').padEnd(15)} ${maskOf(Number(length)).padEnd(15)} ${flags.padEnd(5)} ${String(metric).padEnd(6)} 0        0 ${dev}`;
  });
  return [
    'Kernel IP routing table',
    'Destination     Gateway         Genmask         Flags Metric Ref    Use Iface',
    ...rows,
  ].join('\n');
};

/** `ip rule`, with a rule of strongSwan, whose table is empty. */
export const ruleLines: Print = (folder) => {
  const rules = read<{ priority: number; src: string; table: string }[]>(folder, 'ip-rule.json') ?? [];
  return [...rules, { priority: 220, src: 'all', table: '220' }]
    .sort((one, other) => one.priority - other.priority)
    .map(({ priority, src, table }) => `${priority}:\tfrom ${src} lookup ${table}`)
    .join('\n');
};

/** `kubectl get svc -A` */
export const services: Print = (folder) => {
  const all = items<ServiceObject>(folder, 'services.json');
  const rows = all.map(({ metadata, spec }) => [
    metadata.namespace,
    metadata.name,
    spec.type,
    spec.clusterIP ?? '<none>',
    '<none>',
    (spec.ports ?? [])
      .map(
        ({ port, nodePort, protocol }) =>
          `${port}${nodePort === undefined ? '' : `:${nodePort}`}/${protocol}`,
      )
      .join(',') || '<none>',
    '12d',
  ]);
  return columns([['NAMESPACE', 'NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE'], ...rows]);
};

/** `kubectl get endpointslices -A` */
export const slices: Print = (folder) => {
  const rows = items<SliceObject>(folder, 'endpointslices.json').map(
    ({ metadata, addressType, ports, endpoints }) => {
      const all = (endpoints ?? []).flatMap(({ addresses }) => addresses);
      const more = all.length > 3 ? ` + ${all.length - 3} more...` : '';
      return [
        metadata.namespace,
        metadata.name,
        addressType,
        (ports ?? []).map(({ port }) => port).join(',') || '<unset>',
        all.length === 0 ? '<unset>' : `${all.slice(0, 3).join(',')}${more}`,
        '12d',
      ];
    },
  );
  return columns([['NAMESPACE', 'NAME', 'ADDRESSTYPE', 'PORTS', 'ENDPOINTS', 'AGE'], ...rows]);
};

/** `kubectl describe svc NAME` of one Service. */
export const described: Print = (folder) => {
  const found = items<ServiceObject>(folder, 'services.json').find(
    ({ spec }) => (spec.ports?.length ?? 0) > 0,
  );
  if (found === undefined) return '';
  const { metadata, spec } = found;
  return [
    `Name:                     ${metadata.name}`,
    `Namespace:                ${metadata.namespace}`,
    'Labels:                   <none>',
    `Type:                     ${spec.type}`,
    'IP Family Policy:         SingleStack',
    `IP:                       ${spec.clusterIP ?? 'None'}`,
    ...(spec.ports ?? []).flatMap(({ name, port, protocol, nodePort }) => [
      `Port:                     ${name ?? '<unset>'}  ${port}/${protocol}`,
      ...(nodePort === undefined
        ? []
        : [`NodePort:                 ${name ?? '<unset>'}  ${nodePort}/${protocol}`]),
    ]),
    'Session Affinity:         None',
    'Events:                   <none>',
  ].join('\n');
};

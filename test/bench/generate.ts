import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCluster, ORDINARY, type Shape } from './cluster.ts';
import { writeFlows } from './flows.ts';
import { formatHost } from './host.ts';
import { formatNftRules } from './nft-rules.ts';
import { formatObjects } from './objects.ts';
import { formatRules } from './rules.ts';

/** What a generated capture holds. */
export interface GenerateOptions extends Shape {
  /** Large-cluster mode: rules of one endpoint carry no comment. */
  readonly large: boolean;
  /** With API objects, so that names come from hashes and not from comments. */
  readonly named: boolean;
  /** Flows of the node, in conntrack.txt; 0: none. */
  readonly flows: number;
  /** Which node of the cluster is captured; from 0. */
  readonly node: number;
}

/** What was written. */
export interface Generated {
  readonly folder: string;
  readonly rulesFile: string;
  readonly rules: number;
  readonly bytes: number;
  /** Cluster IP of the Service in the middle. */
  readonly address: string;
  /** Its name. */
  readonly service: string;
}

/** Writes a capture folder; the same options write the same bytes. */
export function generateCapture(folder: string, options: Partial<GenerateOptions> = {}): Generated {
  const { large, named, flows, node, ...shape }: GenerateOptions = {
    ...ORDINARY,
    large: true,
    named: false,
    flows: 0,
    node: 0,
    ...options,
  };
  const cluster = makeCluster(shape);
  const text = formatRules(cluster, large);
  const files = {
    ...formatHost(cluster, 'iptables', node),
    ...(named ? formatObjects(cluster) : {}),
    'iptables-save.txt': text,
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  if (flows > 0) writeFlows(join(folder, 'conntrack.txt'), cluster, flows, shape.seed);
  const rules = text.match(/^-A /gm)?.length ?? 0;
  const middle = cluster.services[Math.floor(shape.services / 2)];
  const address = middle?.clusterIP ?? '';
  return {
    folder,
    rulesFile: join(folder, 'iptables-save.txt'),
    rules,
    bytes: Buffer.byteLength(text),
    address,
    service: `${middle?.namespace}/${middle?.name}`,
  };
}

/** A node in nftables mode. */
export interface GeneratedNft {
  readonly folder: string;
  /** `nft -j list ruleset`, in the capture. */
  readonly listing: string;
  /** The same rules as text, for `nft -f`; beside the capture. */
  readonly text: string;
  readonly bytes: number;
  /** Cluster IP of the Service in the middle. */
  readonly address: string;
}

/** Writes the capture folder of a node in nftables mode that has nothing but kube-proxy's rules. */
export function generateNftCapture(folder: string, shape: Partial<Shape> = {}): GeneratedNft {
  const whole = { ...ORDINARY, secondPort: 0, nodePort: 0, affinity: 0, ...shape };
  const cluster = makeCluster(whole);
  const { json, text } = formatNftRules(cluster);
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(formatHost(cluster, 'nftables')))
    writeFileSync(join(folder, name), content);
  const [listing, asText] = [join(folder, 'nft.json'), `${folder}.nft`];
  writeFileSync(listing, json);
  writeFileSync(asText, text);
  const address = cluster.services[Math.floor(whole.services / 2)]?.clusterIP ?? '';
  return { folder, listing, text: asText, bytes: Buffer.byteLength(json), address };
}

/** @returns a dump with this many empty chains: nobody has one, but a program must not fall over it. */
export function formatManyChains(count: number): string {
  const lines = ['*nat', ':PREROUTING ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]'];
  for (let index = 0; index < count; index++) lines.push(`:CHAIN-${index} - [0:0]`);
  for (let index = 0; index < count; index++) lines.push(`-A CHAIN-${index} -j CHAIN-${(index + 1) % count}`);
  lines.push('-A PREROUTING -j CHAIN-0', 'COMMIT', '');
  return lines.join('\n');
}

import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Generated,
  type GeneratedNft,
  type GenerateOptions,
  generateCapture,
  generateNftCapture,
} from './generate.ts';
import { removeOneEndpoint } from './remove-endpoint.ts';

/** Endpoints of each Service. */
const ENDPOINTS = 10;
/** Above this many endpoints kube-proxy leaves the comments out (`largeClusterEndpointsThreshold`, pkg/proxy/iptables, 1.36). */
const LARGE_CLUSTER = 1000;

/** Makes captures below one folder, each when it is first asked for: `--only` needs few of them. */
export class Captures {
  readonly #folder: string;
  readonly #made = new Map<string, Generated>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns a node of a cluster with this many endpoints. @param named with API objects. */
  ofEndpoints(endpoints: number, named = false): Generated {
    const services = endpoints / ENDPOINTS;
    const large = endpoints > LARGE_CLUSTER;
    return this.#make(`${formatCount(endpoints)} endpoints${named ? ', named' : ''}`, {
      services,
      endpoints: ENDPOINTS,
      large,
      named,
    });
  }

  /** @returns a folder of many captures, each of a node of a cluster of its own. */
  ofFleet(count: number, endpoints: number): string {
    const name = `fleet-${count}`;
    for (let index = 0; index < count; index++)
      generateCapture(join(this.#folder, name, `capture-${index}`), {
        services: endpoints / ENDPOINTS,
        endpoints: ENDPOINTS,
        seed: index + 1,
      });
    return join(this.#folder, name);
  }

  /** @returns a node in nftables mode. */
  ofNativeServices(services: number): GeneratedNft {
    const made = generateNftCapture(join(this.#folder, `nft-${services}`), {
      services,
      endpoints: ENDPOINTS,
    });
    console.log(
      `${formatCount(services)} Services, nftables: ${(made.bytes / 2 ** 20).toFixed(1)} MiB of JSON`,
    );
    return made;
  }

  /** @returns a node whose only Service has this many endpoints. @param affinity with session affinity. */
  ofOneService(endpoints: number, affinity: boolean): Generated {
    const shape = { services: 1, endpoints, secondPort: 0, affinity: affinity ? 1 : 0 };
    return this.#make(`one Service of ${formatCount(endpoints)}${affinity ? ', affinity' : ''}`, shape);
  }

  /** @returns a node of 200 Services with this many flows. */
  ofFlows(flows: number): Generated {
    const shape = { services: 200, endpoints: ENDPOINTS, named: true, flows };
    return this.#make(`${formatCount(flows)} flows`, shape);
  }

  /** @returns two nodes of one cluster, as different as nodes are: in addresses, in routes, and in which endpoints are theirs. */
  ofTwoNodes(services: number): readonly [Generated, Generated] {
    const shape = { services, endpoints: ENDPOINTS, named: true, large: false };
    const of = (node: number) =>
      this.#make(`node ${node + 1} of ${formatCount(services)} Services`, { ...shape, node });
    return [of(0), of(1)];
  }

  /** @returns the folder of the same node with one endpoint fewer. */
  withOneEndpointFewer(of: Generated): string {
    return removeOneEndpoint(of, `${of.folder}-fewer`);
  }

  /** @returns the file that holds the whole answer of `trace` to the Service, as JSON. */
  answerOf(of: Generated, program: string): string {
    const file = `${of.folder}.json`;
    const argv = [program, 'trace', `${of.address}:80`, '-f', of.folder, '-o', 'json'];
    const { status } = spawnSync(process.execPath, argv, {
      stdio: ['ignore', openSync(file, 'w'), 'inherit'],
    });
    if (status !== 0) throw new Error(`trace of ${of.service}: exit status ${status}`);
    return file;
  }

  #make(name: string, options: Partial<GenerateOptions>): Generated {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const made = generateCapture(join(this.#folder, name.replaceAll(/[ ,]+/g, '-')), options);
    const size = (made.bytes / 2 ** 20).toFixed(1);
    console.log(`${name}: ${formatCount(made.rules)} rules, ${size} MiB`);
    this.#made.set(name, made);
    return made;
  }
}

/** @returns a number as people write it: 100,000. */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

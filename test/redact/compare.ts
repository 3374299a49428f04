import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LIMITS } from '../../src/capture/limits.ts';
import { readSources } from '../../src/capture/read-sources.ts';
import type { Capture } from '../../src/cli/capture.ts';
import { knownOf } from '../../src/cli/known.ts';
import { redactInputs } from '../../src/cli/redact-sources.ts';
import { sortSources } from '../../src/cli/sort-sources.ts';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { plainQuestion, type TraceQuestion } from '../../src/explain/question/question.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { type Redacted, redact } from '../../src/redact/redact.ts';

/** Redacts a capture folder. @param key fixes the new names. */
export async function redactFolder(
  folder: string,
  key?: string,
): Promise<Redacted & { readonly problems: ProblemList }> {
  const problems = new ProblemList();
  const sources = await readSources([folder], noStdin, problems, LIMITS);
  const inputs = redactInputs(sortSources(sources, problems), problems);
  return { ...(await redact(inputs, problems, key)), problems };
}

/** Writes files as a capture folder. */
export function writeFiles(folder: string, files: Redacted['files']): void {
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

async function* noStdin(): AsyncIterable<Buffer> {}

/** A question, by address; the same is asked of the redacted capture with the new address. */
export interface Question {
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly from: 'pod' | 'node' | 'external';
}

/** @returns so many questions, from each vantage, about every address and port of Services, endpoints and nodes. */
export async function questionsOf(capture: Capture, most: number): Promise<Question[]> {
  const cluster = await capture.cluster();
  const places: [string, number, string][] = [];
  for (const service of cluster.services ?? []) {
    const lbs = service.loadBalancer.map(({ ip }) => ip);
    for (const { port, protocol, nodePort } of service.ports) {
      for (const address of [...service.clusterIPs, ...service.externalIPs, ...lbs]) {
        if (address !== null && address !== 'None') places.push([address, port, protocol.toLowerCase()]);
      }
      const [node] = cluster.nodes ?? [];
      const address = node?.addresses.find(({ type }) => type === 'InternalIP')?.address;
      if (nodePort !== null && address !== undefined)
        places.push([address, nodePort, protocol.toLowerCase()]);
    }
  }
  for (const { address, port, protocol } of [...(cluster.endpoints ?? [])].slice(0, 20)) {
    places.push([address, port, protocol.toLowerCase()]);
  }
  places.push(['8.8.8.8', 53, 'udp'], ['192.0.2.9', 80, 'tcp'], ['127.0.0.1', 80, 'tcp']);
  const all = places.flatMap(([address, port, protocol]) =>
    (['pod', 'node', 'external'] as const).map((from) => ({ address, port, protocol, from })),
  );
  const step = Math.max(1, all.length / most);
  return Array.from(
    { length: Math.min(most, all.length) },
    (_, index) => all[Math.floor(index * step)],
  ).filter((question) => question !== undefined);
}

/** @returns what can happen to the packet, without any name or address: the shape of the answer. */
export async function shapeOf(capture: Capture, question: Question): Promise<unknown> {
  const { address, port } = question;
  const asked: TraceQuestion = {
    ...plainQuestion(`${address.includes(':') ? `[${address}]` : address}:${port}`),
    from: question.from,
    protocol: question.protocol,
    detail: 'path',
  };
  const items = explainTrace(asked, knownOf(capture, await capture.cluster()));
  return items.map((item) => ({
    vantage: item.vantage,
    via: item.service?.via ?? null,
    steps: item.steps.map(({ id, hook, table, rule, line, action }) => [id, hook, table, rule, line, action]),
    assumptions: item.assumptions.map(({ code }) => code),
    outcomes: item.outcomes.map((outcome) => ({
      probability: outcome.probability,
      given: outcome.given.map(({ code }) => code),
      verdict: outcome.verdict,
      decidedBy: outcome.decidedBy,
      rejectWith: outcome.rejectWith,
      ports: [outcome.destination.port, outcome.source?.port ?? null],
      rewrite: outcome.source?.rewrite ?? null,
      exit: outcome.exit?.kind ?? null,
      endpoint: outcome.endpoint !== null,
      path: outcome.path,
    })),
  }));
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestCertificate } from './certificates.ts';

type Objects = readonly Record<string, unknown>[];

/** Answers one request itself; false leaves it to the server. */
export type Override = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;

/** What a stand-in for an API server holds, by resource path (`/api/v1/services`). A path that is absent gives 404. */
export interface ServerContent {
  readonly lists: Readonly<Record<string, Objects>>;
  readonly override?: Override;
  /** Certificates of clients are asked for and must be signed by this. */
  readonly clientCa?: Buffer;
}

/** A server that answers lists as an API server does: typed lists, limit and continue, Status objects for errors. */
export class ApiServer {
  readonly requests: { readonly url: URL; readonly headers: IncomingMessage['headers'] }[] = [];
  readonly #server: Server;
  /** How many connections were made. */
  connections = 0;
  port = 0;

  private constructor(certificate: TestCertificate, content: ServerContent) {
    const mutual = content.clientCa === undefined ? {} : { ca: content.clientCa, requestCert: true };
    this.#server = createServer({ ...certificate, ...mutual }, (request, response) => {
      const url = new URL(request.url ?? '/', 'https://server');
      this.requests.push({ url, headers: request.headers });
      if (content.override?.(request, response, url) === true) return;
      sendList(content.lists, url, response);
    });
  }

  static async start(certificate: TestCertificate, content: ServerContent): Promise<ApiServer> {
    const server = new ApiServer(certificate, content);
    server.#server.on('secureConnection', () => server.connections++);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    server.port = (server.#server.address() as AddressInfo).port;
    return server;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Paths asked for, with what stands after `?`. */
  get asked(): string[] {
    return this.requests.map(({ url }) => url.pathname + url.search);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Sends the API's own form of an error. */
export function sendStatus(response: ServerResponse, code: number, reason: string, message: string): true {
  send(response, code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  });
  return true;
}

function send(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function sendList(lists: ServerContent['lists'], url: URL, response: ServerResponse): void {
  const namespace = /\/namespaces\/([^/]+)\//.exec(url.pathname)?.[1] ?? null;
  const path = url.pathname.replace(/\/namespaces\/[^/]+/, '');
  const all = lists[path];
  if (all === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end('404 page not found\n');
    return;
  }
  const selector = /^(spec\.nodeName|metadata\.name)=(.*)$/.exec(url.searchParams.get('fieldSelector') ?? '');
  const selected = all.filter((object) => {
    const { metadata = {}, spec = {} } = object as {
      metadata?: Record<string, unknown>;
      spec?: Record<string, unknown>;
    };
    if (namespace !== null && metadata.namespace !== namespace) return false;
    if (selector === null) return true;
    return (selector[1] === 'spec.nodeName' ? spec.nodeName : metadata.name) === selector[2];
  });
  const from = Number(url.searchParams.get('continue') ?? '0');
  const limit = Number(url.searchParams.get('limit') ?? '0') || selected.length;
  const end = from + limit;
  const metadata =
    end < selected.length ? { resourceVersion: '7', continue: String(end) } : { resourceVersion: '7' };
  const items = selected.slice(from, end).map(({ kind: _, apiVersion: __, ...rest }) => rest);
  send(response, 200, { kind: 'SomeList', apiVersion: 'v1', metadata, items });
}

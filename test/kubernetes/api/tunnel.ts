import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A proxy that lets TLS through to a port of this machine, whatever host is asked for. */
export interface Tunnel {
  readonly url: string;
  /** `HOST:PORT` of each connection that was asked for. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** Starts a proxy on this machine. */
export async function startTunnel(port: number): Promise<Tunnel> {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket, head) => {
    asked.push(request.url ?? '');
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    stop: async () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

import type * as http from 'node:http';

/** What the server answered, whatever the status. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

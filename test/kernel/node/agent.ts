import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What one socket told: bytes with the address they came from, or the number of the error that a call ended with. */
export type Report =
  | { readonly socket: string; readonly from: Buffer; readonly bytes: Buffer }
  | { readonly socket: string; readonly errno: number };

/**
 * Raw sockets in network namespaces, by way of `agent.pl`. Commands are collected and take effect with
 * {@link Agent.run}, which waits until the kernel has dealt with everything sent.
 */
export class Agent {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: { done: (reports: Report[]) => void; failed: (error: Error) => void }[] = [];
  #commands: string[] = [];
  #reports: Report[] = [];
  #rest = '';
  #errors = '';

  /** @param namespaces names as `ip netns` knows them; {@link Agent.open} speaks of them by index. */
  constructor(namespaces: readonly string[]) {
    const files = namespaces.map((name) => `/run/netns/${name}`);
    this.#process = spawn('perl', [scriptFile(), ...files]);
    this.#process.stdout.setEncoding('latin1').on('data', (text: string) => this.#read(text));
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#process.stdin.on('error', () => {});
    this.#process.on('close', () => this.#fail());
    this.#process.on('error', (error) => {
      this.#errors += error.message;
      this.#fail();
    });
  }

  /** Opens a socket in a namespace. */
  open(name: string, namespace: number, domain: number, type: number, protocol: number): void {
    this.#commands.push(`open ${name} ${namespace} ${domain} ${type} ${protocol}`);
  }

  /** Sets an option. */
  option(name: string, level: number, option: number, value: Buffer | number): void {
    const bytes = typeof value === 'number' ? int(value) : value;
    this.#commands.push(`option ${name} ${level} ${option} ${bytes.toString('hex')}`);
  }

  /** Binds, connects, closes a socket or starts listening to it. */
  bind(name: string, address: Buffer): void {
    this.#commands.push(`bind ${name} ${address.toString('hex')}`);
  }

  connect(name: string, address: Buffer): void {
    this.#commands.push(`connect ${name} ${address.toString('hex')}`);
  }

  close(name: string): void {
    this.#commands.push(`close ${name}`);
  }

  listen(name: string): void {
    this.#commands.push(`listen ${name}`);
  }

  send(name: string, bytes: Buffer, to: Buffer | null = null): void {
    this.#commands.push(`send ${name} ${bytes.toString('hex')} ${to === null ? '' : to.toString('hex')}`);
  }

  /**
   * Carries out what was asked for, then sends a fence.
   * @param fence a frame that nobody else sends
   * @param to the address it is sent to
   * @param by the socket that sends it
   * @param witness the listening socket that must see it pass
   * @returns everything that listening sockets saw until then.
   */
  run(fence: Buffer, to: Buffer, by: string, witness: string): Promise<Report[]> {
    this.#commands.push(`run ${by} ${fence.toString('hex')} ${to.toString('hex')} ${witness}`);
    const text = this.#commands.map((line) => `${line}\n`).join('');
    this.#commands = [];
    return new Promise((done, failed) => {
      this.#waiting.push({ done, failed });
      this.#process.stdin.write(text);
    });
  }

  end(): void {
    this.#process.stdin.end();
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '.') {
        const reports = this.#reports;
        this.#reports = [];
        this.#waiting.shift()?.done(reports);
      } else if (line !== 'ready') this.#reports.push(parseReport(line));
    }
  }

  #fail(): void {
    for (const { failed } of this.#waiting.splice(0))
      failed(new Error(`agent.pl ended: ${this.#errors.trim()}`));
  }
}

function parseReport(line: string): Report {
  const [socket = '', from = '', bytes = ''] = line.split(' ');
  if (from === '!') return { socket, errno: Number(bytes) };
  return { socket, from: Buffer.from(from === '-' ? '' : from, 'hex'), bytes: Buffer.from(bytes, 'hex') };
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** The script stands beside the source, which the compiled file of `npm run tools` does not. */
function scriptFile(): string {
  const named = process.env.KP_EXPLAIN_AGENT;
  if (named !== undefined) return named;
  const here = fileURLToPath(import.meta.url);
  return here.replace(/\.tools[/\\]/, '').replace(/agent\.[jt]s$/, 'agent.pl');
}

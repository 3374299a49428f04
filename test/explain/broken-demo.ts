import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { type Known, plainQuestion, type TraceQuestion } from '../../src/explain/question/question.ts';
import type { Remark, TraceItem } from '../../src/explain/trace-list.ts';
import { type Run, run } from '../cli/run-main.ts';
import { openCapture } from '../support/open-capture.ts';

const DEMO = new URL('../../fixtures/demo', import.meta.url).pathname;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Changes of files, by name. A change that changes nothing is an error of the test. */
export type Edits = Readonly<Record<string, (text: string) => string>>;

/** A copy of a real node's capture, broken in one way. */
export class BrokenDemo {
  readonly folder: string;
  #known: Known | null = null;

  constructor(edits: Edits, from: string = DEMO) {
    this.folder = mkdtempSync(join(tmpdir(), 'kp-explain-'));
    folders.push(this.folder);
    cpSync(from, this.folder, { recursive: true });
    for (const [name, edit] of Object.entries(edits)) {
      const path = join(this.folder, name);
      const text = readFileSync(path, 'utf8');
      const edited = edit(text);
      if (edited === text) throw new Error(`the edit of ${name} changes nothing`);
      writeFileSync(path, edited);
    }
  }

  /** @returns what one packet meets. */
  async ask(destination: string, from: string, more: Partial<TraceQuestion> = {}): Promise<TraceItem> {
    this.#known ??= (await openCapture(this.folder)).known;
    const question: TraceQuestion = {
      ...plainQuestion(destination),
      from,
      ...more,
    };
    const [item] = explainTrace(question, this.#known);
    if (item === undefined) throw new Error('no answer');
    return item;
  }

  /** @returns what is remarked about one packet, each text once. */
  async remarks(destination: string, from: string, more: Partial<TraceQuestion> = {}): Promise<Remark[]> {
    const { outcomes } = await this.ask(destination, from, more);
    const all = outcomes.flatMap((outcome) => outcome.remarks);
    return [...new Map(all.map((remark) => [remark.text, remark])).values()];
  }

  /** @returns what the command prints. */
  async run(args: readonly string[], columns?: number): Promise<Run> {
    return await run(
      ['trace', ...args, '--detail', 'answer', '-f', this.folder],
      columns === undefined ? {} : { columns },
    );
  }
}

/** @returns an edit that takes out the lines that match. */
export function without(pattern: RegExp): (text: string) => string {
  return (text) =>
    text
      .split('\n')
      .filter((line) => !pattern.test(line))
      .join('\n');
}

/** @returns an edit that puts lines before the first one that matches. */
export function insertBefore(pattern: RegExp, ...lines: readonly string[]): (text: string) => string {
  return (text) => {
    const all = text.split('\n');
    const at = all.findIndex((line) => pattern.test(line));
    return at < 0 ? text : [...all.slice(0, at), ...lines, ...all.slice(at)].join('\n');
  };
}

/** What the tests change of an API object; each kind has only some of it. */
export interface ListedObject {
  readonly metadata: { readonly name: string; labels: Record<string, string> };
  readonly spec: { readonly containers: readonly [{ ports: object[] }] };
  readonly status: { readonly conditions: readonly { status: string }[] };
  readonly endpoints: readonly { addresses: string[] }[];
}

/** @returns an edit of a kubectl list. */
export function objects(change: (items: readonly ListedObject[]) => void): (text: string) => string {
  return (text) => {
    const list = JSON.parse(text);
    change(list.items);
    return JSON.stringify(list);
  };
}

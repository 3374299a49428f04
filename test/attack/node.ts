import { readdirSync, readFileSync } from 'node:fs';
import { tar } from '../capture/tar-builder.ts';
import { mutate } from './mutate.ts';
import { mutateJson } from './mutate-json.ts';
import { oneOf, type Random } from './random.ts';

/** A capture in memory: its files by name. */
export type Node = ReadonlyMap<string, string>;

/** The modes of kube-proxy, each with a small node of its own. */
export const MODES = ['iptables', 'nftables', 'ipvs'] as const;

/** @returns the files of a small node. */
export function readNode(mode: (typeof MODES)[number]): Node {
  const folder = `${process.cwd()}/fixtures/attack/${mode}`;
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')]));
}

/** @returns the node with one to three of its files changed, and now and then one of them gone or in the place of another. */
export function mutateNode(node: Node, random: Random): Node {
  const files = new Map(node);
  for (let left = 1 + random(3); left > 0; left--) {
    const name = oneOf(random, [...files.keys()]);
    const text = files.get(name) ?? '';
    const how = random(20);
    if (how === 0) files.delete(name);
    else if (how === 1) files.set(oneOf(random, [...files.keys()]), text);
    else if (how === 2) files.set(name, '');
    else files.set(name, /^[[{]/.test(text) ? mutateWhole(text, random) : mutate(text, random, 50));
  }
  return files;
}

/** `mutateJson` keeps a few of a long list: of a capture's lists most must stay, or nothing is left to ask. */
function mutateWhole(text: string, random: Random): string {
  return random(3) === 0 ? mutateJson(text, random, 50) : mutate(text, random, 200);
}

/** @returns the node as an archive, as `-f -` takes it. */
export function archived(node: Node): Buffer {
  return tar([...node].map(([name, body]) => ({ name: `capture/${name}`, body })));
}

/** @returns the node's files one after the other, as somebody pastes what he has. */
export function pasted(node: Node): Buffer {
  return Buffer.from([...node.values()].join('\n'));
}

import type { Pod } from '../../kubernetes/objects.ts';
import { dictionary } from '../../lookup/dictionary.ts';
import { parseAddress } from '../../net/address.ts';
import { socketText } from '../../net/socket.ts';
import { podName } from './pod-name.ts';
import type { Known, TraceQuestion } from './question.ts';
import { thisNodeName } from './this-node.ts';

/** Ports that a URL means where it names none (RFC 9110). */
const SCHEMES = dictionary<number>({ http: 80, https: 443, ws: 80, wss: 443 });

const SERVICE = /^(?:svc|services?)\//;
const POD = /^(?:pods?|po)[/:]/;

/**
 * Brings a destination as kubectl users type it into the form that {@link readDestination} reads: `svc/web`, `web.shop`,
 * `web.shop.svc.cluster.local:80`, `https://web.shop/path`, `pod/web-1:8080`, `localhost:30080`, `node-1:30080`.
 * @returns the text unchanged where it is none of these
 */
export function destinationAsTyped(typed: string, namespace: string, known: Known): string {
  const text = withoutUrl(typed.trim());
  if (SERVICE.test(text)) return withoutKind(text);
  if (POD.test(text)) return podSocket(text.replace(POD, ''), namespace, known) ?? text;
  const [, host = text, port] = /^([^:[\]]+?)\.?(?::([^:/]+))?$/.exec(text) ?? [];
  const behind = port === undefined ? '' : `:${port}`;
  if (host === 'localhost') return `127.0.0.1${behind}`;
  if (parseAddress(host) !== null || host.includes('/')) return text;
  const node = nodeSocket(host, port, known);
  if (node !== null) return node;
  return `${dnsName(host, known) ?? host}${behind}`;
}

/** @returns `web` of `svc/web`, as kubectl names a Service; other text unchanged. */
export function withoutKind(typed: string): string {
  return typed.replace(SERVICE, '');
}

function withoutUrl(text: string): string {
  const [, scheme = '', place = ''] = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?([^/?#]+)/i.exec(text) ?? [];
  if (place === '') return text;
  const port = SCHEMES[scheme.toLowerCase()];
  return /:[^:\]]+$/.test(place) || port === undefined ? place : `${place}:${port}`;
}

/** `web.shop`, `web.shop.svc`, `web.shop.svc.cluster.local`: names of Services hold no dot. */
function dnsName(host: string, { cluster }: Known): string | null {
  const [, name = '', namespace = '', rest] = /^([^.]+)\.([^.]+)(\.svc(?:\..*)?)?$/.exec(host) ?? [];
  if (name === '') return null;
  const isKnown = cluster.services?.some((one) => one.name === name && one.namespace === namespace);
  return rest !== undefined || isKnown === true || cluster.services === null ? `${namespace}/${name}` : null;
}

function nodeSocket(host: string, port: string | undefined, known: Known): string | null {
  if (port === undefined || host === 'node') return null;
  if (host === thisNodeName(known)) return `node:${port}`;
  const node = known.cluster.nodes?.find(({ name }) => name === host);
  const address = node?.addresses.find(({ type }) => type === 'InternalIP') ?? node?.addresses[0];
  return address === undefined ? null : socketText(address.address, Number(port));
}

function podSocket(text: string, namespace: string, known: Known): string | null {
  const [, name = text, port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  const address = podNamed(name, namespace, known)?.ips[0];
  if (address === undefined) return null;
  return port === undefined ? address : socketText(address, Number(port));
}

/** @returns the pod that `namespace/name`, or `name` in the default namespace, else in the only one that has it, stands for. */
function podNamed(text: string, namespace: string, { cluster, book }: Known): Pod | null {
  const wanted = podName(text, namespace);
  const found = book.podNamed(wanted.namespace, wanted.name);
  if (found !== null || text.includes('/')) return found;
  const own = (cluster.pods ?? []).filter((pod) => pod.name === wanted.name);
  return own.length === 1 ? (own[0] ?? null) : null;
}

/**
 * Brings a sender as kubectl users type it into the form that {@link readVantages} reads: `pod/client-a`, `shop/client-a`,
 * `client-a`, `10.244.1.13:41000` (which says the source port, too), `localhost`, `node-1`.
 */
export function senderAsTyped(question: TraceQuestion, known: Known): TraceQuestion {
  const typed = question.from?.trim() ?? null;
  if (typed === null || typed === 'pod' || typed === 'node' || typed === 'external') return question;
  const socket = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(typed);
  const address = socket?.[1] ?? socket?.[2];
  if (address !== undefined)
    return { ...question, from: address, sourcePort: question.sourcePort ?? Number(socket?.[3]) };
  if (typed === 'localhost' || typed === thisNodeName(known)) return { ...question, from: 'node' };
  const isPod = POD.test(typed);
  const name = typed.replace(POD, '');
  const pod = podNamed(name, question.namespace, known);
  if (pod !== null) return { ...question, from: `pod:${pod.namespace}/${pod.name}` };
  return isPod || /^[^/:]+\/[^/:]+$/.test(typed) ? { ...question, from: `pod:${name}` } : question;
}

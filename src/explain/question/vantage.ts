import { isLocalAddress } from '../../host/local-addresses.ts';
import { interfaceSwitch } from '../../host/sysctl.ts';
import type { EndpointList, Pod } from '../../kubernetes/objects.ts';
import { type Address, type Family, formatAddress, isLoopback, parseAddress } from '../../net/address.ts';
import { hostPrefix, maskOfLength, type Prefix } from '../../net/prefix.ts';
import { type Sender, senderOf } from '../../trace/packet.ts';
import type { Note } from '../explanation.ts';
import { nearest } from '../words/nearest.ts';
import type { Destination } from './destination.ts';
import { otherDoors } from './other-doors.ts';
import { podName } from './pod-name.ts';
import { type Known, QuestionError, type TraceQuestion } from './question.ts';
import { routeTowards } from './route-towards.ts';
import { addressesOf, defaultInterface, findSomePod } from './some-pod.ts';
import { ownPodNetwork, podNetworks, thisNodeName } from './this-node.ts';

/** A place to send the packet from. */
export interface Vantage {
  readonly kind: 'pod' | 'node' | 'external' | 'given';
  /** `pod shop/client-a`, `a process on node-1`, `any address outside the cluster`. */
  readonly from: string;
  readonly sender: Sender;
  readonly entersAt: 'PREROUTING' | 'OUTPUT';
  readonly inInterface: string | null | undefined;
  readonly assumptions: readonly Note[];
  /** Told only where it fares otherwise than the sender of this name: it stands for the same one elsewhere. */
  readonly onlyIfOtherThan?: string;
}

/**
 * Reads `--from`; without it a pod of this node, the node itself and the outside world are asked, of a loopback address the node alone.
 * @throws QuestionError where it names nothing that is known.
 */
export function readVantages(question: TraceQuestion, destination: Destination, known: Known): Vantage[] {
  const { from } = question;
  const { family } = destination.address;
  // What a pod or another machine sends to 127.0.0.1 reaches itself.
  if (from === null && isLoopback(destination.address)) return [theNode(known, family)];
  if (from === null)
    return [somePod(known, family), theNode(known, family), ...external(question, known, family)];
  if (from === 'pod') return [somePod(known, family)];
  if (from === 'node') return [theNode(known, family)];
  if (from === 'external') return external(question, known, family);
  if (from.startsWith('pod:')) return [namedPod(from.slice('pod:'.length), question, known, family)];
  const address = parseAddress(from.replace(/^\[(.*)\]$/, '$1'));
  if (address === null) {
    throw new QuestionError(
      `--from ${from} is none of pod, pod:NAMESPACE/NAME, node, external, or an address`,
    );
  }
  if (address.family !== family)
    throw new QuestionError(
      `--from ${from} and ${formatAddress(destination.address)} are of different families`,
    );
  return given(address, destination.address, question, known);
}

/** Where policy rules send answers from the one asked another way than others, the client may be on either side. */
function given(address: Address, asked: Address, { inInterface }: TraceQuestion, known: Known): Vantage[] {
  const owner = known.book.podAt(address);
  const from = owner === null || owner.hostNetwork ? formatAddress(address) : `pod ${nameOf(owner)}`;
  const one = fromAddress('given', from, address, known);
  const other =
    one.entersAt === 'OUTPUT' || inInterface !== null ? undefined : deviceTo(known, address, asked);
  if (other === undefined || other === one.inInterface) return [one];
  return [one.inInterface, other].map((device, index) => ({
    ...one,
    from: device === undefined || device === null ? from : `${from}, through ${device}`,
    inInterface: device,
    assumptions: index === 0 ? one.assumptions : [],
  }));
}

function fromAddress(kind: Vantage['kind'], from: string, address: Address, known: Known): Vantage {
  const local = isLocalAddress(known.host, address) === true;
  return {
    kind,
    from,
    sender: senderOf(address),
    entersAt: local ? 'OUTPUT' : 'PREROUTING',
    inInterface: local ? null : interfaceTowards(known, address),
    assumptions: local ? [] : reversePathNote(known, address),
  };
}

/** Where strict rp_filter stands, it matters through which interface a packet comes in, and no capture tells that. */
function reversePathNote(known: Known, address: Address): Note[] {
  const towards = interfaceTowards(known, address);
  if (address.family !== 'ipv4' || towards === undefined) return [];
  const strict = (known.host.links ?? []).filter(
    ({ name, loopback }) =>
      !loopback && name !== towards && interfaceSwitch(known.host, 'ipv4', 'rp_filter', name, 'max') === 1,
  );
  if (strict.length === 0) return [];
  const names = strict
    .slice(0, 4)
    .map(({ name }) => name)
    .join(', ');
  const text = `the packet is taken to come in through ${towards}, where answers to ${formatAddress(address)} go out; through ${names} it would be dropped by rp_filter=1`;
  return [{ code: 'in-interface', text, settle: 'give --in-interface' }];
}

/**
 * Packets of a client are taken to come in where answers to it go out.
 * @returns the interface, or undefined where routes do not tell
 */
export function interfaceTowards(known: Known, address: Address): string | undefined {
  return deviceTo(known, address, null) ?? deviceTo(known, address, { ...address, value: 0n });
}

/** @param source what policy rules with `from` are asked for; null: whatever it is, zero: none that they name */
function deviceTo(known: Known, address: Address, source: Address | null): string | undefined {
  const answer = routeTowards(known, address, source);
  return answer.kind === 'route' && answer.type === 'unicast' ? (answer.device ?? undefined) : undefined;
}

/** Some pod of this node; where nothing tells which pods are its own, that one is taken for one is said. */
function somePod(known: Known, family: Family): Vantage {
  const found = findSomePod(known, family);
  if (found === null) return unnamedPod(known, family);
  const { pod, address, here } = found;
  const vantage = fromAddress('pod', `pod ${nameOf(pod)}`, address, known);
  if (here) return vantage;
  const on = pod.node === null ? '' : `, on ${pod.node},`;
  const assumption = {
    code: 'pod-of-node',
    text: `nothing in the capture tells which pods are on this node; ${nameOf(pod)} (${formatAddress(address)})${on} is taken for one of them`,
    settle:
      'capture `ip -j addr` and nodes.json, or write {"node": "NAME"} into capture.json; or give --from pod:NAMESPACE/NAME or an address',
  };
  return { ...vantage, assumptions: [assumption, ...vantage.assumptions] };
}

/** Without pods in the capture: an address of the pods' network stands for a pod that is behind no Service. */
function unnamedPod(known: Known, family: Family): Vantage {
  const network = ownPodNetwork(known, family) ?? podNetworks(known, family)[0];
  if (network === undefined) {
    return {
      kind: 'pod',
      from: 'a pod of this node',
      sender: { address: null, within: [], outside: outsideOfNode(known, family), local: false },
      entersAt: 'PREROUTING',
      inInterface: undefined,
      assumptions: [],
    };
  }
  const address: Address = { family, value: network.value | (all(family) & ~network.mask & ~1n) };
  const name = formatAddress(address);
  const text = `${name}, an address of the pods' network, stands for a pod of this node that is behind no Service`;
  const vantage = fromAddress('pod', `a pod of this node (${name})`, address, known);
  const assumption = {
    code: 'example-pod',
    text,
    settle: 'capture pods.json, or give --from pod:NAMESPACE/NAME or an address',
  };
  return { ...vantage, inInterface: vantage.inInterface, assumptions: [assumption] };
}

function namedPod(text: string, question: TraceQuestion, known: Known, family: Family): Vantage {
  const { namespace, name } = podName(text, question.namespace);
  const pods = known.cluster.pods ?? known.cluster.seen?.pods ?? null;
  if (pods === null)
    throw new QuestionError(
      `--from pod:${text}: the capture holds no pods (pods.json); give the pod's address instead`,
    );
  const isIt = (pod: Pod) => pod.namespace === namespace && pod.name === name;
  const pod = known.cluster.pods === null ? pods.find(isIt) : known.book.podNamed(namespace, name);
  if (pod == null) {
    const [near] = nearest(`${namespace}/${name}`, pods.map(nameOf));
    const hint = near === undefined ? '' : ` (Did you mean pod:${near}?)`;
    throw new QuestionError(`--from pod:${text}: no such pod in the capture${hint}`);
  }
  if (pod.hostNetwork && pod.node === thisNodeName(known)) {
    return { ...theNode(known, family), from: `pod ${nameOf(pod)} (host network)` };
  }
  const [address] = addressesOf(pod, family);
  if (address === undefined) throw new QuestionError(`--from pod:${text}: the pod has no ${family} address`);
  return fromAddress('pod', `pod ${nameOf(pod)}`, address, known);
}

function theNode(known: Known, family: Family): Vantage {
  const name = thisNodeName(known);
  return {
    kind: 'node',
    from: name === null ? 'a process on this node' : `a process on ${name}`,
    sender: { address: null, within: [], outside: podNetworks(known, family), local: true },
    entersAt: 'OUTPUT',
    inInterface: null,
    assumptions: [],
  };
}

/** Through which interface somebody outside comes no capture tells: by the default route's, or by another that leads out. */
function external({ inInterface }: TraceQuestion, known: Known, family: Family): Vantage[] {
  const main = outsider(known, family);
  const others =
    inInterface === null && typeof main.inInterface === 'string'
      ? otherDoors(known, family, main.inInterface)
      : [];
  return [
    main,
    ...others.map((device) => {
      const text = `a client outside is taken to come in through ${main.inInterface}, where the default route leads; through ${device} it fares otherwise`;
      return {
        ...main,
        from: `${main.from}, through ${device}`,
        inInterface: device,
        assumptions: [...main.assumptions, { code: 'in-interface', text, settle: 'give --in-interface' }],
        onlyIfOtherThan: main.from,
      };
    }),
  ];
}

/** Somebody outside: no pod, no node, not this node. Which address it is may matter, and then the trace says so. */
function outsider(known: Known, family: Family): Vantage {
  const nodes = (known.cluster.nodes ?? []).flatMap(({ addresses }) =>
    addresses.map(({ address }) => parseAddress(address)),
  );
  const outside = [
    ...podNetworks(known, family),
    ...outsideOfNode(known, family),
    ...nodes
      .filter((address): address is Address => address !== null && address.family === family)
      .map(hostPrefix),
    ...endpointAddresses(known, family),
  ];
  return {
    kind: 'external',
    from: 'any address outside the cluster',
    sender: { address: null, within: [], outside, local: false },
    entersAt: 'PREROUTING',
    inInterface: defaultInterface(known, family),
    assumptions: [],
  };
}

/** Loopback and the node's own addresses: no packet that comes in has them as source. */
function outsideOfNode(known: Known, family: Family): Prefix[] {
  const own = (known.host.links ?? []).flatMap(({ addresses }) => addresses.map(({ address }) => address));
  const loopback: Prefix =
    family === 'ipv4'
      ? { family, value: 127n << 24n, mask: maskOfLength(family, 8) }
      : { family, value: 1n, mask: maskOfLength(family, 128) };
  return [loopback, ...own.filter((address) => address.family === family).map(hostPrefix)];
}

/** Endpoints outside any known pod network (host network, other machines) are clients of their own kind. */
function endpointAddresses(known: Known, family: Family): Prefix[] {
  const endpoints: EndpointList = known.cluster.endpoints ?? [];
  if (podNetworks(known, family).length > 0 || endpoints.late?.mayHave(family) === false) return [];
  const addresses = new Map<string, Prefix>();
  for (const { address: text } of endpoints) {
    const address = parseAddress(text);
    if (address?.family === family) addresses.set(text, hostPrefix(address));
  }
  return [...addresses.values()].slice(0, 1000);
}

function nameOf(pod: Pod): string {
  return `${pod.namespace}/${pod.name}`;
}

function all(family: Family): bigint {
  return family === 'ipv4' ? 0xffffffffn : (1n << 128n) - 1n;
}

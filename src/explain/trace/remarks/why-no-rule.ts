import type { Table } from '../../../iptables/ruleset.ts';
import type { Service } from '../../../kubernetes/objects.ts';
import { HEADLESS, OTHER_PROXY, type PassedOver, whyPassedOver } from '../../../kubernetes/passed-over.ts';
import { formatAddress } from '../../../net/address.ts';
import { CHAINS, CHOOSING, hasRole, isOfOneService } from '../../../proxy/chains.ts';
import type { Outcome, Step } from '../../../trace/outcome.ts';
import { turnText } from '../../words/reason-words.ts';
import type { RemarkContext } from './context.ts';
import { leadsTo, placeOf, stepsAt } from './path-facts.ts';
import { unreachedRefusal } from './refusal.ts';
import { isUsable } from './target.ts';
import { whyNoElement } from './why-no-element.ts';

/** @returns the reason, as far as the capture tells, why no rule rewrote a Service's address: a clause without final stop. */
export function whyNoRule(outcome: Outcome, context: RemarkContext): string {
  return (
    notAsked(outcome) ??
    leftAlone(context.target.service) ??
    whyNoElement(outcome, context) ??
    brokenWay(outcome, context) ??
    unreachedRefusal(outcome, context) ??
    outsideRanges(outcome, context) ??
    noEntry(context)
  );
}

/** nat is asked by the first packet of a tracked connection only. */
function notAsked({ path, turns }: Outcome): string | null {
  const untracked = path.find(({ step }) => step.action === 'notrack' || step.action === 'ct');
  if (path.some(({ state }) => state.untracked === 'UNTRACKED')) {
    const by = untracked === undefined ? '' : ` (${placeOf(untracked.step)})`;
    return `the packet is not tracked${by}, so nat is not asked`;
  }
  if (path.some(({ state }) => state.untracked === 'INVALID'))
    return 'conntrack calls the packet INVALID, so nat is not asked';
  const known = path.some(({ state }) => state.connection?.fromCapture === true);
  if (!known) return null;
  const turn = turns.find(({ kind }) => kind === 'conntrack');
  return `conntrack already holds this connection, and without a rewrite${turn === undefined ? '' : ` (${turnText(turn.fact)})`}`;
}

function leftAlone(service: Service | null): string | null {
  const why = service === null ? null : whyPassedOver(service);
  return why === null ? null : LEFT_ALONE[why];
}

const LEFT_ALONE: Readonly<Record<PassedOver, string>> = {
  'other-proxy': `label ${OTHER_PROXY} leaves the Service to another proxy`,
  'headless-label': `kube-proxy passes over Services with label ${HEADLESS}`,
  'external-name': 'an ExternalName Service is a DNS alias, which kube-proxy passes over',
  headless: 'the Service is headless, and kube-proxy passes over it',
};

/** Follows the way that packets for Services take through nat, and tells where it is broken. */
function brokenWay(outcome: Outcome, context: RemarkContext): string | null {
  const hook = context.trace.packet.entersAt;
  const nats = context.rulesets.flatMap((ruleset) => ruleset.tables.get('nat') ?? []);
  const steps = stepsAt(outcome, 'nat', hook);
  const table = nats.find(({ chains }) => chains.has(CHAINS.services));
  if (table === undefined) return withoutServices(nats, context);
  if (!steps.some((step) => leadsTo(step, CHAINS.services))) return notEntered(table, hook, steps);
  const services = table.chains.get(CHAINS.services);
  if (services === undefined || services.rules.length === 0)
    return `nat ${CHAINS.services} is empty: the rules of all Services are gone from this node`;
  if (steps.some((step) => leadsTo(step, CHAINS.markDrop)))
    return `nat ${CHAINS.markDrop} marked the packet to be dropped, but nothing dropped it: the rule that does, in filter ${CHAINS.firewall}, is the one that kubelet writes, and it is missing or not reached`;
  const last = steps.findLast(({ target }) => isOfOneService(target));
  // FW leaves alone whom its source ranges do not allow: that is for the filter table to drop.
  if (hasRole(last?.target, 'source-ranges')) return null;
  if (last?.target != null) return deadEnd(table, last.target);
  return context.target.via === 'nodePort' ? nodePorts(table, steps, context) : null;
}

function withoutServices(nats: readonly Table[], { known, trace }: RemarkContext): string {
  const names = nats.flatMap(({ chains }) => [...chains.keys()]);
  if (known.proxyMode === 'userspace') {
    return names.some((name) => hasRole(name, 'portal'))
      ? 'kube-proxy (userspace mode) has no rule for it'
      : `kube-proxy (userspace mode) has no rules for ${trace.packet.family} here`;
  }
  if (names.some((name) => hasRole(name, 'service', 'endpoint', 'masquerade') || OTHERS.has(name)))
    return `chain ${CHAINS.services} is missing from nat, though others of kube-proxy are there`;
  return 'the nat table holds no chain of kube-proxy: it does not run here, or its rules were wiped';
}

/** Chains of nat that no other than kube-proxy in iptables mode writes. */
const OTHERS: ReadonlySet<string> = new Set([CHAINS.nodePorts, CHAINS.proxyCanary]);

function notEntered(table: Table, hook: string, steps: readonly Step[]): string {
  const builtIn = table.chains.get(hook);
  const numbers: number[] = [];
  for (let index = 0; index < (builtIn?.rules.length ?? 0); index++)
    if (builtIn?.rules.targetName(index) === CHAINS.services) numbers.push(index + 1);
  const [number] = numbers;
  if (number === undefined)
    return `nat ${hook} has no jump to ${CHAINS.services}, where the rules of all Services are`;
  const end = steps.findLast(({ action, rule }) => action === 'accept' && rule !== null);
  if (end !== undefined)
    return `${placeOf(end)} accepts the packet in nat before the jump to ${CHAINS.services} (${hook} rule ${number})`;
  return `nat ${hook} rule ${number}, the jump to ${CHAINS.services}, does not match this packet`;
}

/** The packet came as far as this chain of the Service, and left it without DNAT. */
function deadEnd(table: Table, name: string): string {
  const chain = table.chains.get(name);
  const rules = chain?.rules;
  if (rules === undefined || rules.length === 0) {
    const needs = hasRole(name, 'endpoint') ? 'rewrites the destination' : 'picks an endpoint';
    return `nat ${name} is empty: no rule in it ${needs}`;
  }
  const leadsOn = (target: string | null): boolean =>
    hasRole(name, 'endpoint') ? target === 'DNAT' : hasRole(target, 'endpoint', 'external', ...CHOOSING);
  for (let index = 0; index < rules.length; index++)
    if (leadsOn(rules.targetName(index))) return `no rule of nat ${name} that leads on matches this packet`;
  return `nat ${name} holds no rule that ${hasRole(name, 'endpoint') ? 'rewrites the destination' : 'leads to an endpoint'}`;
}

function outsideRanges(outcome: Outcome, { trace }: RemarkContext): string | null {
  const steps = stepsAt(outcome, 'nat', trace.packet.entersAt);
  const firewall = steps.find(({ target }) => hasRole(target, 'source-ranges'))?.target;
  return firewall == null
    ? null
    : `loadBalancerSourceRanges do not allow this client (nat ${firewall}), and no rule drops its packet`;
}

function nodePorts(table: Table, steps: readonly Step[], { trace }: RemarkContext): string | null {
  const { destination, destinationPort } = trace.packet;
  if (steps.some((step) => leadsTo(step, CHAINS.nodePorts))) return null;
  const rules = table.chains.get(CHAINS.services)?.rules;
  for (let index = 0; rules !== undefined && index < rules.length; index++) {
    if (rules.targetName(index) !== CHAINS.nodePorts) continue;
    const address = formatAddress(destination);
    const localhost = address === '::1' || address.startsWith('127.');
    const why = localhost
      ? address === '::1'
        ? 'kube-proxy serves no node port at ::1'
        : 'kube-proxy was told to serve no node ports at localhost (--iptables-localhost-nodeports=false or --nodeport-addresses)'
      : 'kube-proxy serves node ports only at the addresses that --nodeport-addresses names';
    return `nat ${CHAINS.services} rule ${rules.at(index).number}, which leads to node ports, does not match ${address}: ${why}`;
  }
  return `nat ${CHAINS.services} has no jump to ${CHAINS.nodePorts}, where port ${destinationPort} would be found`;
}

/** The way is whole, but nothing on it speaks of this address. */
function noEntry({ target }: RemarkContext): string {
  const chain = target.via === 'nodePort' ? CHAINS.nodePorts : CHAINS.services;
  if (target.endpoints === null) return `nat ${chain} has no rule for it`;
  const usable = target.endpoints.filter(isUsable).length;
  if (usable === 0)
    return `the API has no ready endpoint for ${target.label}, and the rule that would reject the packet is missing too`;
  const count = usable === 1 ? '1 endpoint' : `${usable} endpoints`;
  return `nat ${chain} has no rule for it, though the API has ${count} of ${target.label}: kube-proxy has not written its rules since (does it run here, and does it reach the API server?)`;
}

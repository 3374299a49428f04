import type { AbsentChain, ChainItem } from '../chain-list.ts';
import { type ChainInput, describeAbsence, describeChain, suggestChains } from '../describe-chain.ts';
import type { Known } from '../question/question.ts';
import { type Carrier, readingOf } from '../services/carriers.ts';
import { nearest } from '../words/nearest.ts';
import { describeSets, suggestSets } from './ipset-members.ts';
import { describeServers, suggestServers } from './ipvs-servers.ts';
import { describeNft } from './nft/describe-nft.ts';
import { suggestNft } from './nft/find-nft.ts';

/** Finds what a name stands for in what one carrier holds. Every carrier gives the same model. */
export interface ChainReader {
  /** @returns one item for each place that the name stands for; empty where it stands for nothing. */
  readonly describe: (name: string, known: Known) => ChainItem[];
  /** @returns names that are like it, the likest first. */
  readonly suggest: (name: string, known: Known) => string[];
}

/** The readers. Another carrier is one entry here. */
const CHAIN_READERS: Readonly<Record<Carrier, ChainReader>> = {
  iptables: {
    describe: (name, known) => describeChain(name, inputOf(known)),
    suggest: (name, { rulesets }) => suggestChains(name, rulesets),
  },
  nftables: { describe: (name, known) => describeNft(name, readingOf(known)), suggest: suggestNft },
  ipvs: {
    describe: (name, known) => [...describeServers(name, known), ...describeSets(name, known)],
    suggest: (name, known) => [...suggestServers(name, known), ...suggestSets(name, known)],
  },
};

/** @returns what the name stands for, wherever it stands. */
export function describeName(name: string, known: Known): ChainItem[] {
  return Object.values(CHAIN_READERS).flatMap(({ describe }) => describe(name, known));
}

/** @returns names that are like one for which {@link describeName} found nothing. */
export function suggestNames(name: string, known: Known): string[] {
  const services = name.includes('/')
    ? (known.cluster.services ?? []).map((service) => `${service.namespace}/${service.name}`)
    : [];
  const carried = Object.values(CHAIN_READERS).flatMap(({ suggest }) => suggest(name, known));
  return [...new Set([...carried, ...nearest(name, services)])];
}

/** @returns what is known of a name for which {@link describeName} found nothing; null for nothing. */
export function describeMissing(name: string, known: Known): AbsentChain | null {
  return describeAbsence(name, inputOf(known));
}

function inputOf(known: Known): ChainInput {
  const { names, node } = readingOf(known);
  return { rulesets: known.rulesets, cluster: known.cluster, names, node };
}

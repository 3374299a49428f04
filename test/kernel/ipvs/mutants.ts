import type { Mutant } from '../mutants.ts';

/**
 * Faults that a tracer of IPVS can have, each in one place; all were caught in 607 packets from seed 700030. What makes more ways
 * possible, as templates that are not looked at, the kernel's way cannot show.
 */
export const IPVS_MUTANTS: readonly Mutant[] = [
  {
    name: 'requests come to IPVS before filter INPUT',
    file: 'trace/ipvs/programs.js',
    find: "program('INPUT', 99, (branch, context) => request(branch, 'INPUT', ipvs, context)),",
    replace: "program('INPUT', -1, (branch, context) => request(branch, 'INPUT', ipvs, context)),",
  },
  {
    name: 'answers get the virtual address back before filter FORWARD',
    file: 'trace/ipvs/programs.js',
    find: "program('FORWARD', 100, (branch, context) => answer(branch, ipvs, context)),",
    replace: "program('FORWARD', -1, (branch, context) => answer(branch, ipvs, context)),",
  },
  {
    name: 'answers keep the address of the real server',
    file: 'trace/ipvs/programs.js',
    find: 'source: senderOf(virtual.address),\n            sourcePort: virtual.port,',
    replace: '',
  },
  {
    name: 'a packet for a real server goes through FORWARD',
    file: 'trace/ipvs/send.js',
    find: "return { kind: 'resume', branch: sent, at: 'OUTPUT' };",
    replace: "return { kind: 'resume', branch: sent, at: 'FORWARD' };",
  },
  {
    name: 'IPVS rewrites the address alone',
    file: 'trace/ipvs/send.js',
    find: 'destinationPort: port,',
    replace: '',
  },
  {
    name: 'what stays on the node loses a hop',
    file: 'trace/ipvs/send.js',
    find: 'ttl: state.ttl === null || local ? state.ttl : state.ttl - 1,',
    replace: 'ttl: state.ttl === null ? state.ttl : state.ttl - 1,',
  },
  {
    name: 'vs.conntrack 0 changes nothing',
    file: 'trace/ipvs/send.js',
    find: 'if (switched === 0)',
    replace: 'if (false)',
  },
  {
    name: 'servers of weight 0 take new connections',
    file: 'ipvs/shares.js',
    find: 'const open = servers.filter(({ weight }) => weight !== 0);',
    replace: 'const open = servers;',
  },
  {
    name: 'hashes never fall on a server of weight 0',
    file: 'ipvs/shares.js',
    find: "return scheduler === 'dh' || (scheduler === 'sh' && !flags.includes('sh-fallback'));",
    replace: 'return false;',
  },
  {
    name: 'a connection goes by the virtual server that would take it now',
    file: 'trace/ipvs/remembered.js',
    find: 'table.mayHaveTaken(state.protocol, state.destination, state.destinationPort)',
    replace: '(taking === null ? [] : [taking])',
  },
  {
    name: 'every packet of TCP is scheduled',
    file: 'trace/ipvs/remembered.js',
    find: 'return (tcpFlags & SYN) !== 0;',
    replace: 'return true;',
  },
  {
    name: 'a mark is not looked up',
    file: 'ipvs/table.js',
    find: 'const byMark = mark === null || mark === 0',
    replace: 'const byMark = true',
  },
];

import { formatAddress } from '../../net/address.ts';
import { formatPrefix } from '../../net/prefix.ts';
import type { Assumption } from '../../trace/reason.ts';
import type { Note } from '../explanation.ts';
import { AGAIN } from './reason-words.ts';
import { routeUnknownNote, sourceUnknownNote } from './unknown-words.ts';

/**
 * @param flowsCaptured whether the capture holds conntrack's table
 * @returns what was taken for granted, in words
 */
export function assumptionNote(assumption: Assumption, flowsCaptured: boolean): Note {
  const { code } = assumption;
  switch (assumption.code) {
    case 'route-unknown':
      return routeUnknownNote(assumption.why);
    case 'source-check':
      return { ...sourceUnknownNote(assumption.why), code };
    case 'route-localnet':
      return note(code, `route_localnet is taken to be on for ${assumption.device}`, 'capture `sysctl -a`');
    case 'forwarding':
      return note(code, 'the node is taken to forward packets (ip_forward=1)', 'capture `sysctl -a`');
    case 'force-forwarding': {
      const name = `net.ipv6.conf.${assumption.device.replaceAll('.', '/')}.force_forwarding`;
      return note(code, `${name} is taken to be 0, as before Linux 6.17`, 'capture `sysctl -a`');
    }
    case 'routes-not-captured': {
      const option = assumption.family === 'ipv6' ? '-6 ' : '';
      const settle = `capture \`ip -j ${option}route show table all\` and \`ip -j rule\``;
      return note(code, 'a route to every destination is taken for granted', settle);
    }
    case 'policy-rules': {
      const option = assumption.family === 'ipv6' ? '-6 ' : '';
      const text = 'the policy routing rules are taken to be those that a node starts with';
      return note(code, text, `capture \`ip -j ${option}rule\``);
    }
    case 'default-table': {
      const option = assumption.family === 'ipv6' ? '-6 ' : '';
      const settle = `capture \`ip -j ${option}route show table all\``;
      return note(code, 'the routing table default is taken to be empty', settle);
    }
    case 'first-hop-alone': {
      const text = `the route to ${formatPrefix(assumption.destination)} is taken to have the one next hop that \`route -n\` prints`;
      return note(code, text, 'capture `ip -j route show table all`');
    }
    case 'own-source': {
      const text = `the process is taken to send from ${formatAddress(assumption.address)}, not from another address of its interface`;
      return note(code, text, 'capture `ip -j addr` and `ip -j route show table all`');
    }
    case 'destination-not-local': {
      const { address } = assumption;
      const what = address === null ? 'the new destination of the packet' : formatAddress(address);
      const text = `${what} is taken for an address of another machine or pod, not of this node`;
      return note(code, text, 'capture `ip -j addr`');
    }
    case 'bridge-flood': {
      const text = `the copies that ${assumption.bridge} hands to its other ports are not followed, only the one for this node`;
      return note(code, text, null);
    }
    case 'bridge-hairpin': {
      const text = `the sender's port of ${assumption.bridge} is taken to have hairpin mode`;
      return note(code, text, 'capture `ip -j -d addr`');
    }
    case 'bridge-isolated': {
      const text = `the ports of ${assumption.bridge} are taken not to be isolated from each other`;
      return note(code, text, 'capture `ip -j -d addr`');
    }
    case 'not-bridged': {
      const text = `the packet is taken to be routed, not handed on by a bridge ${assumption.device}`;
      return note(code, text, 'capture `ip -j -d addr` and `sysctl -a`');
    }
    case 'xdp': {
      const text = `the XDP program on ${assumption.device}, which may drop or redirect the packet before any rule, is taken to let it pass`;
      return note(code, text, null);
    }
    case 'ipsec': {
      const text = `a policy of IPsec (\`ip xfrm policy\`, dir ${assumption.direction}) fits the packet's addresses, and is taken to let it pass as it is`;
      return note(code, text, null);
    }
    case 'flow-not-rewritten':
      return note(
        code,
        'the flow that the packet belongs to is taken to be one that nat left alone',
        `${flowsCaptured ? '' : 'capture `conntrack -L` and '}give --from ADDRESS and --source-port`,
      );
    case 'expected-not-rewritten': {
      const by = assumption.helper === null ? 'a helper' : `helper ${assumption.helper}`;
      const text = `${by} announced this connection (${assumption.file} line ${assumption.line}): it is RELATED, and is taken not to be translated as the one that announced it`;
      return note(code, text, null);
    }
    case 'ipvs-conntrack':
      return note(
        code,
        'net.ipv4.vs.conntrack is taken to be 1, as kube-proxy sets it',
        'capture `sysctl net.ipv4.vs`',
      );
    case 'ipvs-setting':
      return note(
        code,
        `net.ipv4.vs.${assumption.name} is taken to be 1, ${assumption.name === 'conn_reuse_mode' ? "the kernel's default, which kube-proxy leaves alone from 5.9 on" : 'as kube-proxy sets it'}`,
        'capture `sysctl net.ipv4.vs`',
      );
    case 'legacy-not-captured': {
      const place = assumption.line === null ? assumption.file : `${assumption.file}:${assumption.line}`;
      const text = `the tables of iptables-legacy, which the node has (${place}) and no file shows, are taken to let the packet pass as it is`;
      return note(code, text, 'capture `iptables-legacy-save -c`, for IPv6 `ip6tables-legacy-save -c`');
    }
    case 'table-cut': {
      const { table, file, line } = assumption;
      const text = `table ${table} is not in the dump, which breaks off at ${file}:${line}; it is taken to hold no rules`;
      return note('dump-cut', text, AGAIN);
    }
  }
}

function note(code: string, text: string, settle: string | null): Note {
  return { code, text, settle };
}

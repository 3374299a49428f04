import type { Recognised, SourceKind } from './source-kind.ts';

/**
 * Tells JSON outputs apart by the keys in their first bytes; the text may be cut anywhere, so it is not parsed.
 * @param text starts with `[` or `{`.
 */
export function recogniseJson(text: string): Recognised {
  if (/"kind"\s*:\s*"CaptureManifest"/.test(text)) return json('manifest');
  if (/"kind"\s*:\s*"CounterSample"/.test(text)) return json('counter-sample');
  if (/^\{\s*"nftables"\s*:/.test(text)) return json('nft');
  if (/^\[\s*\]\s*$/.test(text)) return json('empty', null, 'an empty JSON list');
  if (isCilium(text)) return json('cilium-services');
  if (isKubernetes(text)) return json('kubernetes');
  if (!text.startsWith('[')) return json('unknown', null, 'JSON of a kind not known here');
  if (has(text, 'addr_info')) return json('ip-addr');
  if (/"label"\s*:\s*\d/.test(text) && has(text, 'prefixlen')) return json('ip-addrlabel');
  if (has(text, 'ifname')) {
    return json('unknown', null, '`ip -j link`, which has no addresses; use `ip -j addr`');
  }
  if (has(text, 'lladdr')) return json('unknown', null, '`ip -j neigh`, which is not used');
  if (has(text, 'priority') && has(text, 'src')) return json('ip-rule', familyOfRules(text));
  if (has(text, 'dst')) return json('ip-route', familyOfRoutes(text));
  return json('unknown', null, 'JSON of a kind not known here');
}

/** A list of Services with their front ends, or the map of them that the eBPF programs read. */
function isCilium(text: string): boolean {
  if (/^\[\s*\{\s*"(?:spec|status)"/.test(text))
    return has(text, 'frontend-address') || has(text, 'backend-addresses');
  return /^\{\s*"(?:[\d.]+|\[[0-9a-f:.]+\]):\d+(?:\/\w+)*(?: \(\d+\))?"\s*:\s*\[/.test(text);
}

function isKubernetes(text: string): boolean {
  const version = /"apiVersion"\s*:\s*"([^"]*)"/.exec(text)?.[1];
  if (version !== undefined && !version.startsWith('kp-explain/')) return true;
  return /^\{\s*"(kind|items|metadata)"\s*:/.test(text) && /"kind"\s*:\s*"\w*List"/.test(text);
}

function has(text: string, key: string): boolean {
  return new RegExp(`"${key}"\\s*:`).test(text);
}

/**
 * `ip route show table all` lists IPv6 routes too, so one with an IPv4 address came from `ip` and one without from
 * `ip -6`; only IPv6 routes have `pref`.
 */
function familyOfRoutes(text: string): 'ipv4' | 'ipv6' | null {
  if (/"(dst|gateway|prefsrc)"\s*:\s*"\d+\./.test(text)) return 'ipv4';
  return has(text, 'pref') || /"(dst|gateway|prefsrc|via)"\s*:\s*"[0-9a-f]*:/.test(text) ? 'ipv6' : null;
}

/** The kernel makes rule 32767 (table `default`) for IPv4 only. */
function familyOfRules(text: string): 'ipv4' | 'ipv6' | null {
  if (/"(src|dst)"\s*:\s*"[0-9a-f]*:/.test(text)) return 'ipv6';
  return /"priority"\s*:\s*32767\b/.test(text) || /"(src|dst)"\s*:\s*"\d+\./.test(text) ? 'ipv4' : null;
}

function json(
  kind: SourceKind,
  family: 'ipv4' | 'ipv6' | null = null,
  looksLike: string | null = null,
): Recognised {
  return { kind, family, looksLike };
}

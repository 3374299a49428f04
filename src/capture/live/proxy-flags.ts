/** A kube-proxy flag that says how rules are written. Others, such as addresses of servers and paths, stay out. */
const TELLING =
  /^--(?:proxy-mode|cluster-cidr|hostname-override|masquerade-all|nodeport-addresses|detect-local-mode|iptables-[a-z-]+|ipvs-[a-z-]+|nftables-[a-z-]+|conntrack-[a-z-]+|feature-gates)=/;

/** @returns those of kube-proxy's arguments that say how rules are written. `$(NODE_NAME)` is no value. */
export function tellingFlags(args: readonly string[]): string[] {
  const joined: string[] = [];
  args.forEach((word, index) => {
    const next = args[index + 1];
    if (/^--[a-z-]+$/.test(word) && next !== undefined && !next.startsWith('-'))
      joined.push(`${word}=${next}`);
    else joined.push(word);
  });
  return joined.filter((flag) => TELLING.test(flag) && !flag.includes('$('));
}

/** Fields of KubeProxyConfiguration (v1alpha1, 1.20 to 1.36) that say how rules are written, and the flag that says the same. */
const CONFIG_FLAGS: readonly (readonly [RegExp, string])[] = [
  [/^mode: *(.+)$/m, 'proxy-mode'],
  [/^clusterCIDR: *(.+)$/m, 'cluster-cidr'],
  [/^detectLocalMode: *(.+)$/m, 'detect-local-mode'],
  [/^ {2}masqueradeAll: *(.+)$/m, 'masquerade-all'],
  [/^nodePortAddresses: *(\[.*\])$/m, 'nodeport-addresses'],
  [/^nodePortAddresses: *\n((?:[ ]*- .*\n?)+)/m, 'nodeport-addresses'],
];

/**
 * @param text the configuration file, as kubeadm and others write it: YAML with a field a line
 * @returns what it says, as the flags that say the same. What is empty or the default is not told.
 */
export function flagsOfConfig(text: string): string[] {
  return CONFIG_FLAGS.flatMap(([pattern, flag]) => {
    const value = (pattern.exec(text)?.[1] ?? '')
      .split(/[\n,]/)
      .map((item) => item.replace(/^[ -]*|[[\]"' \r]/g, ''))
      .filter((item) => item !== '' && item !== 'null')
      .join(',');
    return /^[\w.:/,-]+$/.test(value) && value !== 'false' ? [`--${flag}=${value}`] : [];
  });
}

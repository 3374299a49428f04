import { fieldsOf, textOf, textsOf } from '../../json/fields.ts';

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

/**
 * @param text the configuration file: KubeProxyConfiguration (v1alpha1, 1.20 to 1.36), YAML or JSON
 * @returns what it says of how rules are written, as the flags that say the same. What is empty or the default is not told;
 *   empty where it cannot be read.
 */
export async function flagsOfConfig(text: string): Promise<string[]> {
  const config = fieldsOf(await readYaml(text));
  const mode = textOf(config.mode);
  const section = fieldsOf(mode === 'nftables' ? config.nftables : config.iptables);
  const told: readonly (readonly [string, unknown])[] = [
    ['proxy-mode', mode],
    ['cluster-cidr', config.clusterCIDR],
    ['detect-local-mode', config.detectLocalMode],
    ['masquerade-all', section.masqueradeAll === true ? 'true' : null],
    ['nodeport-addresses', textsOf(config.nodePortAddresses).join(',')],
  ];
  return told.flatMap(([flag, value]) =>
    typeof value === 'string' && PLAIN_VALUE.test(value) ? [`--${flag}=${value}`] : [],
  );
}

const PLAIN_VALUE = /^[\w.:/,-]+$/;

async function readYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(text, { schema: 'core', logLevel: 'error', maxAliasCount: 100 });
  } catch {
    return null;
  }
}

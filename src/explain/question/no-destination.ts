import type { Service, ServicePort } from '../../kubernetes/objects.ts';
import type { DestinationAnswer } from '../../proxy/addresses.ts';
import type { Known } from './question.ts';
import { destinationAsked, destinationText } from './service-in-comments.ts';
import { serviceInRules } from './service-in-rules.ts';

/** @returns why a name leads to no Service port, and the way out. */
export function noServiceText(
  answer: Extract<DestinationAnswer, { kind: 'no-such-port' | 'services-unknown' | 'no-such-service' }>,
  text: string,
  namespace: string,
): string {
  if (answer.kind === 'no-such-port') {
    const { service: found } = answer;
    const ports = found.ports.map(portLabel).join(', ');
    return `${found.namespace}/${found.name} has no such port; it has ${ports === '' ? 'none' : ports}`;
  }
  const elsewhere = answer.kind === 'no-such-service' ? answer.elsewhere : [];
  const others = elsewhere.map((place) => `${place}/${text.replace(/^.*\//, '')}`);
  const hint = others.length === 0 ? '' : `. There is ${others.join(', ')}`;
  const where = answer.kind === 'services-unknown' ? 'comments of the rules' : 'capture';
  const name = text.includes('/') ? text : `${namespace}/${text}`;
  return `no Service ${name} in the ${where}${hint}; \`kp-explain services\`, with the same -f, --demo or --node, lists what there is, and ADDRESS:PORT works without names`;
}

/**
 * @param known the node whose rules may still name the Service, as long as kube-proxy has not written them anew
 * @returns why a Service has no flows and no address of its own, and how to ask for what the rules have of it
 */
export function noAddressText(found: Service, known: Pick<Known, 'rulesets' | 'nft'>): string {
  const label = `${found.namespace}/${found.name}`;
  const [kind, without] =
    found.type === 'ExternalName'
      ? ['an ExternalName Service', ': a DNS alias, with no address and no rules']
      : [
          'headless (clusterIP None)',
          ': it has no address and no rules; trace one of its pods by ADDRESS:PORT',
        ];
  const ruled = serviceInRules(known, label, found.namespace, null);
  const [first] = ruled;
  if (first === undefined) return `${label} is ${kind}${without}`;
  const places = ruled.slice(0, SHOWN).map(destinationText).join(', ');
  const more = ruled.length > SHOWN ? ` and ${ruled.length - SHOWN} more` : '';
  return `${label} is ${kind} in the API, and rules of this node still name it, at ${places}${more}: ask for ${destinationAsked(first)}`;
}

const SHOWN = 3;

/** @returns a Service port in words: `http (80/tcp)`. */
export function portLabel(port: ServicePort): string {
  const label = `${port.port}/${port.protocol.toLowerCase()}`;
  return port.name === '' ? label : `${port.name} (${label})`;
}

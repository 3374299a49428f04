import type { NodeTarget } from '../capture/live/reach-node.ts';
import { quoteCommand } from '../command/quote.ts';
import type { TraceQuestion } from '../explain/question/question.ts';
import type { CommonRequest, LiveRequest, SourceRequest } from './requests.ts';

/**
 * @returns the options that name the same state again, quoted, with a space before them; empty for this machine. What was read
 *   from standard input has to be given once more. They are printed, never run.
 */
export function stateWords({ files, demo, live }: SourceRequest): string {
  const words = [
    ...files.flatMap((file) => ['-f', file]),
    ...(demo === false ? [] : demo === 'iptables' ? ['--demo'] : ['--demo', demo]),
    ...(files.length === 0 && !demo && live?.target != null ? nodeWords(live, live.target) : []),
  ];
  return words.length === 0 ? '' : ` ${quoteCommand(words)}`;
}

/** Whose node it is belongs to it: the same name in another cluster is another node. */
function nodeWords({ access, api }: LiveRequest, target: NodeTarget): string[] {
  const { kubeconfig, context, cluster, user, as, asGroups = [] } = access;
  const pod = target.pod === null ? null : `${target.pod.namespace}/${target.pod.name}`;
  return [
    ...['--node', target.node],
    ...(kubeconfig === null ? [] : ['--kubeconfig', kubeconfig]),
    ...(context === null ? [] : ['--context', context]),
    ...(cluster === undefined ? [] : ['--cluster', cluster]),
    ...(user === undefined ? [] : ['--user', user]),
    ...(as === undefined ? [] : ['--as', as]),
    ...asGroups.flatMap((group) => ['--as-group', group]),
    ...(target.via === 'auto' ? [] : ['--via', target.via]),
    ...(pod === null ? [] : ['--pod', pod]),
    ...(api ? [] : ['--no-api']),
  ];
}

/** @returns a question's words as they were typed, quoted: `shop/web --protocol udp`. */
export function questionWords(
  {
    destination,
    protocol,
    namespace,
    from,
    sourcePort,
    sources,
  }: TraceQuestion & Pick<CommonRequest, 'sources'>,
  { senders }: { readonly senders: boolean },
): string {
  // The context of a live node may have another namespace than `default`, and a name without one would be sought there.
  const isLive = sources.files.length === 0 && sources.demo === false;
  const isBare =
    /^[a-z]/i.test(destination) && !/^[^:]*\//.test(destination.replace(/^(?:svc|services?)\//, ''));

  return quoteCommand([
    destination,
    ...(senders && from !== null ? ['--from', from] : []),
    ...(senders && sourcePort !== null ? ['--source-port', String(sourcePort)] : []),
    ...(protocol === null ? [] : ['--protocol', protocol]),
    ...(namespace === 'default' && !(isLive && isBare) ? [] : ['-n', namespace]),
  ]);
}

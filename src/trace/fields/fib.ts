import { matchesAddressType } from '../../host/address-type.ts';
import { matchRpfilter } from '../../host/match-rpfilter.ts';
import { sameAddress } from '../../net/address.ts';
import type { AddressTypes } from '../../rules/test.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { Question } from '../question.ts';
import type { Evaluator, TestContext } from './context.ts';

/** What the routing tables call the packet's source (net/netfilter/xt_addrtype.c). */
export const sourceType: Evaluator<'fib.saddr.type'> = (test, context) =>
  addressType(test.in, 'source', context);

/** As {@link sourceType}, of the destination. */
export const destinationType: Evaluator<'fib.daddr.type'> = (test, context) =>
  addressType(test.in, 'destination', context);

function addressType(
  { types, limit }: AddressTypes,
  side: 'source' | 'destination',
  { state, host }: TestContext,
): Answer {
  const address = side === 'source' ? state.source.address : state.destination;
  const question: Question = { code: 'address-type', side, address, types, limit };
  const isLocal = limit === null && types.length === 1 && types[0] === 'LOCAL';
  const open = (): Answer =>
    isLocal
      ? unknown(question, (before, held) => {
          if (side === 'destination')
            return sameAddress(before.destination, state.destination)
              ? { ...before, destinationLocal: held }
              : before;
          return before.source.address?.value === address?.value &&
            before.sourceRewrite === state.sourceRewrite
            ? { ...before, source: { ...before.source, local: held } }
            : before;
        })
      : unknown(question);
  const device = limit === 'in' ? state.inInterface : limit === 'out' ? state.outInterface : null;
  if (limit !== null && device === undefined) return open();
  const told = side === 'source' ? state.source.local : state.destinationLocal;
  if (told !== null && isLocal) return yesNo(told);
  if (address === null) return open();
  const answer = matchesAddressType(host, state.family, address, types, device ?? null);
  return answer === 'unknown' ? open() : answer;
}

/** Whether an answer to the source would go out where the packet came in (ipt_rpfilter.c, ip6t_rpfilter.c). */
export const reversePath: Evaluator<'fib.saddr.oif'> = ({ in: options }, { state, host }) => {
  const source = state.source.address;
  const { loose, validmark } = options;
  const open = (lacks: 'client' | 'routes'): Answer =>
    unknown({ code: 'rpfilter', source, loose, validmark, lacks });
  if (source === null || state.inInterface === undefined) return open('client');
  const { destination, inInterface, mark, protocol } = state;
  const answer = matchRpfilter(host, { source, destination, inInterface, mark, protocol }, options);
  return answer === 'unknown' ? open('routes') : answer;
};

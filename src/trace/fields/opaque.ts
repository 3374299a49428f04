import { formatAddress } from '../../net/address.ts';
import { traitsOf } from '../../rules/traits.ts';
import { unknown } from '../answer.ts';
import { bucketOf } from '../buckets.ts';
import { bytesRead } from '../bytes-read.ts';
import type { IptablesPlacedRule } from '../reason.ts';
import { writesOf } from '../writes.ts';
import type { Evaluator, TestContext } from './context.ts';

/** A recognised extension that asks what no capture holds. Where its count belongs to its rule, the same text elsewhere is another question. */
export const opaque: Evaluator<'opaque'> = (test, context) => {
  const { module, text } = test.in;
  const bucket = bucketOf(test, context);
  return unknown({
    code: `match-${module}`,
    module,
    text,
    rule: traitsOf(test).ofItsRule ? placed(context) : null,
    ...bytesRead(module, context.state, bucket === null ? 0 : writesOf(context.state, bucket)),
  });
};

/** A match that no known iptables has, or a rule of which nothing could be read. */
export const unrecognised: Evaluator<'unrecognised'> = ({ in: text }, context) =>
  unknown(
    text === context.rule.text
      ? { code: 'rule-unread', text, rule: placed(context) }
      : { code: 'match-unrecognised', text },
  );

/**
 * Something that the listing did not print. A name stands for one address or port wherever the listing prints it: the
 * question is what the name is, not what a rule asks, so one branch answers it alike in every rule.
 */
export const lost: Evaluator<'lost'> = ({ in: { what, text } }, context) => {
  switch (what) {
    case 'interfaces':
    case 'option':
      return unknown({ code: `listing-${what}`, text, rule: placed(context) });
    case 'address':
      return unknown({ code: 'listing-address', text, subject: addressAsked(text, context) });
    case 'port': {
      const { sourcePort, destinationPort } = context.state;
      return unknown({ code: 'listing-port', text, subject: `${sourcePort} ${destinationPort}` });
    }
    case 'protocol':
      return unknown({ code: 'listing-protocol', text, subject: '' });
    case 'family':
      return unknown({ code: 'family-not-captured', family: text });
    case 'jump':
    case 'rules':
      return unknown({ code: 'chain-not-captured', what, text, chain: context.rule.chain });
  }
};

/** The rule may be given with all that it holds; a question is told apart by its place alone. */
function placed({ backend, table, rule: { chain, number } }: TestContext): IptablesPlacedRule {
  return { backend, table, chain, number };
}

/** Which of the packet's addresses a lost one is compared with: after NAT it is another question. */
function addressAsked(text: string, { state }: TestContext): string {
  if (text.startsWith('-d ')) return formatAddress(state.destination);
  const { address } = state.source;
  return text.startsWith('-s ') && address !== null ? formatAddress(address) : '';
}

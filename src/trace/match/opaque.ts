import type { MatchOf, OpaqueModule } from '../../iptables/match.ts';
import type { Rule } from '../../iptables/ruleset.ts';
import { formatAddress } from '../../net/address.ts';
import { type Answer, unknown } from '../answer.ts';
import type { PlacedRule } from '../reason.ts';
import type { MatchContext } from './context.ts';

/** What it counts belongs to its rule: the same text elsewhere is another question. */
const OF_ITS_RULE: Readonly<Partial<Record<OpaqueModule, true>>> = {
  limit: true,
  quota: true,
  'nfacct-list': true,
};

/** A recognised extension that asks what no capture holds. */
export function opaque({ module, text }: MatchOf<'opaque'>, { rule }: MatchContext): Answer {
  return unknown({
    code: `match-${module}`,
    module,
    text,
    rule: OF_ITS_RULE[module] === true ? placed(rule) : null,
  });
}

/** A match that no known iptables has, or a rule of which nothing could be read. */
export function unrecognised({ text }: MatchOf<'unrecognised'>, { rule }: MatchContext): Answer {
  return unknown(
    text === rule.text
      ? { code: 'rule-unread', text, rule: placed(rule) }
      : { code: 'match-unrecognised', text },
  );
}

/**
 * Something that the listing did not print. A name stands for one address or port wherever the listing prints it: the
 * question is what the name is, not what a rule asks, so one branch answers it alike in every rule.
 */
export function lost({ what, text }: MatchOf<'lost'>, context: MatchContext): Answer {
  switch (what) {
    case 'interfaces':
    case 'option':
      return unknown({ code: `listing-${what}`, text, rule: placed(context.rule) });
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
}

function placed({ chain, number }: Rule): PlacedRule {
  return { chain, number };
}

/** Which of the packet's addresses a lost one is compared with: after NAT it is another question. */
function addressAsked(text: string, { state }: MatchContext): string {
  if (text.startsWith('-d ')) return formatAddress(state.destination);
  const { address } = state.source;
  return text.startsWith('-s ') && address !== null ? formatAddress(address) : '';
}

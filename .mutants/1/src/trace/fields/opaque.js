import { formatAddress } from '../../net/address.js';
import { traitsOf } from '../../rules/traits.js';
import { unknown } from '../answer.js';
/** A recognised extension that asks what no capture holds. Where its count belongs to its rule, the same text elsewhere is another question. */
export const opaque = (test, { rule }) => {
    const { module, text } = test.in;
    return unknown({
        code: `match-${module}`,
        module,
        text,
        rule: traitsOf(test).ofItsRule ? placed(rule) : null,
    });
};
/** A match that no known iptables has, or a rule of which nothing could be read. */
export const unrecognised = ({ in: text }, { rule }) => unknown(text === rule.text
    ? { code: 'rule-unread', text, rule: placed(rule) }
    : { code: 'match-unrecognised', text });
/**
 * Something that the listing did not print. A name stands for one address or port wherever the listing prints it: the
 * question is what the name is, not what a rule asks, so one branch answers it alike in every rule.
 */
export const lost = ({ in: { what, text } }, context) => {
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
};
/** The rule may be given with all that it holds; a question is told apart by its place alone. */
function placed({ chain, number }) {
    return { chain, number };
}
/** Which of the packet's addresses a lost one is compared with: after NAT it is another question. */
function addressAsked(text, { state }) {
    if (text.startsWith('-d '))
        return formatAddress(state.destination);
    const { address } = state.source;
    return text.startsWith('-s ') && address !== null ? formatAddress(address) : '';
}

import { matchModule } from '../iptables/extensions/registry.js';
import { isRuleWord } from './known-words.js';
import { renameSetName } from './lines.js';
/** Words that iptables itself defines. */
const keep = (value) => (isRuleWord(value) ? value : null);
const module = (value) => (matchModule(value) === null ? null : value);
const NUMBERS = /^!?(?:0x[\da-fA-F]+|\d+(?:\.\d+)?)(?:[,:/-](?:0x[\da-fA-F]+|\d+))*$/;
const number = (value) => (NUMBERS.test(value) ? value : null);
const prefixes = (value, renamer) => {
    const parts = value.split(',').map((part) => renamer.prefix(part));
    return parts.includes(null) ? null : parts.join(',');
};
const range = (value, renamer) => renamer.range(value);
const socket = (value, renamer) => renamer.socket(value);
const link = (value, renamer) => renamer.interfaces.rename(value);
const mac = (value, renamer) => renamer.mac(value);
const chain = (value, renamer) => renamer.chains.rename(value);
const alias = (kind) => (value, renamer) => renamer.name(kind, value);
/** Free text, patterns and programs: what they say is gone, and matches on them are unknown to a trace anyway. */
const blank = () => 'redacted';
const account = (value, renamer) => /^\d+(?:-\d+)?$/.test(value) || value === 'root' ? value : renamer.name('user', value);
function all(flags, rename) {
    return flags.split(' ').map((flag) => [flag, rename]);
}
/** How the values of an option are renamed. Names are those of iptables 1.8.9. */
const OPTIONS = new Map([
    ...all('-s -d --source --src --destination --dst --vaddr --on-ip --addr --tunnel-src --tunnel-dst', prefixes),
    ...all('--ctorigsrc --ctorigdst --ctreplsrc --ctrepldst --gateway --src-pfx --dst-pfx --rt-0-addrs', prefixes),
    ...all('--srh-psid --srh-nsid --srh-lsid', prefixes),
    ...all('--src-range --dst-range', range),
    ...all('--to-destination --to-source', socket),
    ...all('-i -o --in-interface --out-interface --physdev-in --physdev-out --oif', link),
    ...all('--mac-source --clustermac', mac),
    ...all('-j -g --jump --goto', chain),
    ...all('--match-set --add-set --del-set --map-set', (value, renamer) => renameSetName(value, renamer)),
    ...all('--hashlimit-name --tname --rateest --rateest1 --rateest2 --rateest-name --led-trigger-id', alias('name')),
    ...all('--uid-owner --gid-owner', account),
    ...all('--src-group --dst-group', (value, renamer) => /^(?:\d|0x|default$)/.test(value) ? value : renamer.name('group', value)),
    ...all('--log-prefix --nflog-prefix --ulog-prefix --string --hex-string --path --bytecode --object-pinned', blank),
    ...all('--selctx --genre --helper', blank),
    // `-m u32` and `--cgroup` can hold an address as a number.
    ...all('--u32', () => '0x0=0x0'),
    ...all('--nfacct-name', (value, renamer) => /^(?:ct_state_invalid_dropped_pkts|localhost_nps_accepted_pkts|localhost_nps_dropped_pkts)$/.test(value)
        ? value
        : renamer.name('name', value)),
    ...all('-m --match', module),
    ...all('-p --protocol --src-type --dst-type --ctstate --state --ctstatus --ctproto --ctdir --tcp-flags', keep),
    ...all('--icmp-type --icmpv6-type --reject-with --mode --limit --pkt-type --connbytes-dir --connbytes-mode', keep),
    ...all('--hashlimit --hashlimit-upto --hashlimit-above --hashlimit-mode --log-level --chunk-types --dccp-types', keep),
    ...all('--algo --dir --pol --proto --weekdays --datestart --datestop --timestart --timestop --header --vmethod --vdir', keep),
    ...all('--dport --sport --dports --sports --ports --destination-port --source-port --dscp-class --tos --set-tos', keep),
    ...all('--mh-type --hashmode --type --set-class --strip-options --zone --zone-orig --zone-reply --mask', keep),
    ...all('--set-dscp-class --ctevents --expevents', keep),
]);
/**
 * @param position of the value among those of its option: a set's name comes first, its directions second.
 * @returns the value of a rule's option in the new names; null where nothing is known of the option and the value could
 * tell something.
 */
export function renameOption(flag, value, position, renamer) {
    if (/^--(?:match|add|del|map)-set$/.test(flag) && position > 0)
        return /^(?:src|dst)(?:,(?:src|dst))*$/.test(value) ? value : null;
    if (flag === '--to')
        return number(value, renamer) === null ? null : (renamer.prefix(value) ?? value);
    const rename = OPTIONS.get(flag);
    if (rename !== undefined)
        return rename(value, renamer);
    // Numbers mean the same everywhere; what is spelt like an address may be one.
    return renamer.socket(value) ?? renamer.mac(value) ?? number(value, renamer);
}

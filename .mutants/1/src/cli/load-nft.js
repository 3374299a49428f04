import { parseHooks } from '../nftables/parse-hooks.js';
import { parseNftables } from '../nftables/parse-nft.js';
import { textOf } from './sort-sources.js';
/** @returns what nft listed, the first listing given; null where there is none, or it cannot be read. */
export function loadNft(sources, problems) {
    const [first, ...more] = sources.get('nft') ?? [];
    for (const { source } of more)
        problems.add('repeated-input', 'not used: the same output was given before', source.name);
    if (first === undefined)
        return null;
    const { name, bytes, cut } = first.source;
    return parseNftables(bytes, name, problems, cut === true);
}
/** @returns when chains were hooked; null where `nft list hooks` was not given, or lists nothing. */
export function loadHooks(sources, problems) {
    const source = sources.get('nft-hooks')?.[0]?.source;
    const text = source === undefined ? null : textOf(source, problems);
    return source === undefined || text === null ? null : parseHooks(text, source.name, problems);
}

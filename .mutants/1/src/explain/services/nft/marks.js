import { NFT_OBJECTS } from '../../../proxy/nft-roles.js';
/** @returns true for a rule of kube-proxy that marks packets to be masqueraded (since 1.36), or has them marked. */
export function marks({ statements }) {
    return statements.some((each) => (each.kind === 'verdict' && each.chain === NFT_OBJECTS.markForMasquerade) || setsMark(each));
}
/** @returns true for `meta mark set meta mark | …`; kube-proxy takes its mark away by `^`. */
export function setsMark(statement) {
    return (statement.kind === 'assign' &&
        statement.field.kind === 'meta' &&
        statement.field.key === 'mark' &&
        statement.value.kind === 'binary' &&
        statement.value.operator === '|');
}

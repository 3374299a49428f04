/** The name that rules taken for granted have in place of a file. */
export const SUPPOSED = '(taken for granted)';
/** What settles anything that a part of the rules leaves open. */
export const SETTLE_FRAGMENT = 'capture all tables with `iptables-save -c`';

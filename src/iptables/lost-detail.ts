/**
 * What a listing, or a part of a dump, lost. `jump`: whether a rule of this chain that nobody captured leads to the chains
 * that `text` names; `rules`: whether one of the rules of this chain, none of which was captured, takes the packet;
 * `family`: whether any rule of this family, of which none was captured, does something with the packet.
 */
export type LostDetail =
  | 'interfaces'
  | 'address'
  | 'port'
  | 'option'
  | 'protocol'
  | 'jump'
  | 'rules'
  | 'family';

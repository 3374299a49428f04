/** What the output of one call of nft holds. */
export interface ListingScope {
  /** Every table of the node, or some. */
  readonly tables: 'all' | 'some';
  /** Of a table that it shows: all that stands in it, or some. */
  readonly within: 'all' | 'some';
  readonly rules: boolean;
  /** `if-any-shown`: old versions print sets without elements there, new ones with them. */
  readonly elements: boolean | 'if-any-shown';
}

const COMMAND = /(?:^|[\s/;&(])nft\s+((?:-\S+\s+)*)list\s+([^|;&]+)/;

const SOME: ListingScope = { tables: 'some', within: 'some', rules: true, elements: true };

/**
 * @param line what stands between listings: `# nft -t list table ip kube-proxy`
 * @returns what the command of this line prints (nft(8), do_command_list of src/rule.c); null where it is no such command
 */
export function scopeOfCommand(line: string): ListingScope | null {
  const [, options = '', asked] = COMMAND.exec(line) ?? [];
  if (asked === undefined) return null;
  const [object = '', ...names] = asked.trim().split(/\s+/);
  const elements = !/(?:^|\s)(?:--terse|-[a-z]*t[a-z]*)(?=\s)/.test(options);
  switch (object) {
    case 'ruleset':
      return { ...SOME, tables: names.length === 0 ? 'all' : 'some', within: 'all', elements };
    case 'table':
      return { ...SOME, within: 'all', elements };
    case 'chains':
      return { ...SOME, rules: false };
    case 'sets':
    case 'maps':
    case 'meters':
      return { ...SOME, elements: elements && 'if-any-shown' };
    default:
      return { ...SOME, elements };
  }
}

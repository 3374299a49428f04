/** `ipset list` in the form of `ipset save`. */
interface SavedSets {
  /** One line for each line of the list, so that line numbers stay. */
  readonly text: string;
  /** Sets of which the list does not show every member, as `ipset list -t` shows none. */
  readonly incomplete: ReadonlySet<string>;
}

/** A line of `ipset save`, which may stand before or behind the list: no member begins so. */
const SAVED = /^\s*(?:create|add|-N|-A) \S/;

/** @returns `ipset list` as `ipset save` prints it. */
export function setsAsSave(list: string): SavedSets {
  const incomplete = new Set<string>();
  let name = '';
  let type = '';
  let header = '';
  let announced = 0;
  let shown: number | null = null;
  const endOfSet = (): void => {
    // Elements that timed out may still be counted.
    const missing = shown === null || (shown < announced && !/\btimeout\b/.test(header));
    if (name !== '' && missing) incomplete.add(name);
  };
  const text = list
    .split('\n')
    .map((line) => {
      if (SAVED.test(line)) {
        endOfSet();
        [name, shown] = ['', null];
        return line;
      }
      const [, field, value = ''] = /^(Name|Type|Header|Number of entries): ?(.*)$/.exec(line) ?? [];
      if (field === 'Name') {
        endOfSet();
        [name, header, announced, shown] = [value.trim(), '', 0, null];
      } else if (field === 'Type') type = value.trim();
      else if (field === 'Number of entries') announced = Number(value);
      else if (field === 'Header') {
        header = value;
        return `create ${name} ${type} ${value}`.trimEnd();
      } else if (/^Members:\s*$/.test(line)) shown = 0;
      else if (shown !== null && line.trim() !== '') {
        shown++;
        return `add ${name} ${line.trim()}`;
      }
      return '';
    })
    .join('\n');
  endOfSet();
  return { text, incomplete };
}

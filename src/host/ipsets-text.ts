/** @returns `ipset list` as `ipset save` prints it; line numbers stay. */
export function setsAsSave(text: string): string {
  let name = '';
  let type = '';
  let inMembers = false;
  return text
    .split('\n')
    .map((line) => {
      const [, field, value = ''] = /^(Name|Type|Header): ?(.*)$/.exec(line) ?? [];
      if (field === 'Name') [name, inMembers] = [value.trim(), false];
      else if (field === 'Type') type = value.trim();
      else if (field === 'Header') return `create ${name} ${type} ${value}`.trimEnd();
      else if (/^Members:\s*$/.test(line)) inMembers = true;
      else if (inMembers && line.trim() !== '') return `add ${name} ${line.trim()}`;
      return '';
    })
    .join('\n');
}

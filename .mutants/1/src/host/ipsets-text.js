/** @returns `ipset list` as `ipset save` prints it. */
export function setsAsSave(list) {
    const incomplete = new Set();
    let name = '';
    let type = '';
    let header = '';
    let announced = 0;
    let shown = null;
    const endOfSet = () => {
        // Elements that timed out may still be counted.
        const missing = shown === null || (shown < announced && !/\btimeout\b/.test(header));
        if (name !== '' && missing)
            incomplete.add(name);
    };
    const text = list
        .split('\n')
        .map((line) => {
        const [, field, value = ''] = /^(Name|Type|Header|Number of entries): ?(.*)$/.exec(line) ?? [];
        if (field === 'Name') {
            endOfSet();
            [name, header, announced, shown] = [value.trim(), '', 0, null];
        }
        else if (field === 'Type')
            type = value.trim();
        else if (field === 'Number of entries')
            announced = Number(value);
        else if (field === 'Header') {
            header = value;
            return `create ${name} ${type} ${value}`.trimEnd();
        }
        else if (/^Members:\s*$/.test(line))
            shown = 0;
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

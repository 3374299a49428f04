import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/render/table.ts';

const COLUMNS = [
  { heading: 'NAME', limit: 12 },
  { heading: 'ADDRESS', limit: null },
  { heading: 'REMARKS', limit: null },
];

describe('a table', () => {
  it('cuts neither a name nor an address where it is too narrow', () => {
    const name = 'shop/a-name-of-many-parts:https';
    const address = '[fd00:10:244:1234:5678:9abc:def0:1]:8080';
    const out = renderTable(COLUMNS, [[name, address, 'external Local; rejected']], 60);
    expect(out).toContain(address);
    expect(out.replaceAll(/\s+/g, '')).toContain('rejected');
    const first = out
      .split('\n')
      .slice(1)
      .map((line) => line.slice(0, 12).trimEnd());
    expect(first.join('')).toContain('shop/a-name-of-many-parts:https');
    expect(out).not.toContain('…');
  });

  it('is the same whether cli-table3 lays it out or, of many rows, we do', () => {
    const row = (index: number) => [
      `shop/web-${index}`,
      `10.96.0.${index % 250}:80`,
      index % 3 === 0 ? 'a remark that is long enough to need lines' : '',
    ];
    const many = Array.from({ length: 300 }, (_, index) => row(index));
    for (const width of [null, 80, 44]) {
      const whole = renderTable(COLUMNS, many, width).split('\n');
      const few = renderTable(COLUMNS, many.slice(0, 150), width).split('\n').slice(0, -1);
      expect(whole.slice(0, few.length).map((line) => line.replace(/ +/g, ' '))).toEqual(
        few.map((line) => line.replace(/ +/g, ' ')),
      );
    }
  });

  it('keeps its columns where letters are twice as wide', () => {
    const out = renderTable(
      COLUMNS,
      [
        ['名前', '10.0.0.1:80', 'x'],
        ['abcd', '10.0.0.2:80', 'y'],
      ],
      80,
    );
    expect(out).toContain('名前');
    expect(out).toContain('10.0.0.1:80');
  });
});

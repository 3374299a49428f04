import { describe, expect, it } from 'vitest';
import { isTar, TarReader } from '../../src/capture/tar.ts';
import { tar } from './tar-builder.ts';

function read(archive: Buffer, step = archive.length): { end: string; files: [string, string, boolean][] } {
  const reader = new TarReader(() => true);
  for (let at = 0; at < archive.length; at += step) reader.feed(archive.subarray(at, at + step));
  const end = reader.end();
  return { end, files: reader.members.map((m) => [m.path, m.bytes.toString('utf8'), m.complete]) };
}

describe('TarReader', () => {
  const two = tar([
    { name: 'a/one.txt', body: 'first' },
    { name: 'two.txt', body: 'x'.repeat(1024) },
  ]);

  it('reads the files of an archive', () => {
    expect(read(two)).toEqual({
      end: 'complete',
      files: [
        ['a/one.txt', 'first', true],
        ['two.txt', 'x'.repeat(1024), true],
      ],
    });
  });

  it.each([1, 7, 511, 512, 513, 1000])('gives the same when fed %i bytes at a time', (step) => {
    expect(read(two, step)).toEqual(read(two));
  });

  it('joins the ustar prefix and the name', () => {
    expect(read(tar([{ name: 'file', prefix: 'some/folder', body: 'b' }])).files[0]?.[0]).toBe(
      'some/folder/file',
    );
  });

  it('takes long names from pax and from GNU headers, for the next member only', () => {
    const long = `${'d/'.repeat(120)}file.txt`;
    const record = ` path=${long}\n`;
    const pax = `${record.length + 3}${record}`;
    const { files } = read(
      tar([
        { name: 'PaxHeader', type: 'x', body: pax },
        { name: 'short', body: '1' },
        { name: '././@LongLink', type: 'L', body: `${long}\0` },
        { name: 'short', body: '2' },
        { name: 'plain', body: '3' },
      ]),
    );
    expect(files.map(([path]) => path)).toEqual([long, long, 'plain']);
  });

  it('passes over links, devices, folders and sparse files', () => {
    const { files, end } = read(
      tar([
        { name: 'link', type: '2' },
        { name: 'hard', type: '1', size: '00000000777\0' },
        { name: 'dev', type: '3' },
        { name: 'folder/', type: '5' },
        { name: 'sparse', type: 'S', body: 'holes' },
        { name: 'file', body: 'kept' },
      ]),
    );
    expect(files).toEqual([['file', 'kept', true]]);
    expect(end).toBe('complete');
  });

  it('says where an archive is cut, and keeps what came before', () => {
    const cutInBody = read(two.subarray(0, 512 + 512 + 512 + 100));
    expect(cutInBody.end).toBe('truncated');
    expect(cutInBody.files.map(([path, , complete]) => [path, complete])).toEqual([
      ['a/one.txt', true],
      ['two.txt', false],
    ]);
    expect(read(two.subarray(0, 1024 + 200)).end).toBe('truncated');
    expect(read(tar([{ name: 'a', body: 'b' }], { ended: false })).end).toBe('unended');
  });

  it('stops at a header whose checksum is wrong', () => {
    const damaged = Buffer.from(two);
    damaged[1024] = 0x41;
    expect(read(damaged)).toMatchObject({ end: 'damaged', files: [['a/one.txt', 'first', true]] });
  });

  it('does not hold a member whose declared size nobody wants', () => {
    const sizes: number[] = [];
    const reader = new TarReader((_path, size) => {
      sizes.push(size);
      return false;
    });
    // 2^40 in the base-256 spelling of GNU tar.
    reader.feed(tar([{ name: 'huge', size: '\x80\0\0\0\0\0\x01\0\0\0\0\0' }]));
    expect(sizes).toEqual([2 ** 40]);
    expect(reader.end()).toBe('truncated');
    expect(reader.members).toEqual([]);
  });

  it('tells a tar from a text', () => {
    expect(isTar(two)).toBe(true);
    expect(isTar(Buffer.alloc(1024))).toBe(false);
    expect(isTar(Buffer.from('*nat\n:PREROUTING ACCEPT [0:0]\n'.repeat(40)))).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { type Edit, findIn } from './altered-capture.ts';
import { flags, noNodePortIps } from './nft-cases.ts';

/** What is said of set `nodeport-ips` without any address. */
async function saidOf(...edits: readonly Edit[]): Promise<string[]> {
  const found = await findIn([noNodePortIps, ...edits], 'demo-nftables');
  return found.flatMap(({ code, message }) => (message.includes('nodeport-ips') ? [code] : []));
}

describe('Is it a fault that node ports answer at no address, in nftables mode?', () => {
  it.each([
    ['yes, where none was chosen', ['--proxy-mode=nftables'], ['KP403']],
    [
      'yes, where a network of the node was',
      ['--proxy-mode=nftables', '--nodeport-addresses=192.168.0.0/16'],
      ['KP403'],
    ],
    ['no, where another network was', ['--proxy-mode=nftables', '--nodeport-addresses=192.0.2.0/24'], []],
    ['nobody knows, where nothing tells what was chosen', [], ['KP130']],
    ['nobody knows, where the configuration file was not read', ['--hostname-override=node-1'], ['KP130']],
  ])('%s', async (_, told, codes) => {
    expect(await saidOf(flags(...told))).toEqual(codes);
  });
});

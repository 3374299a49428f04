import { describe, expect, it } from 'vitest';
import { CheckContext } from '../../src/findings/context.ts';
import { notCaptured } from '../../src/findings/kinds/kp130-not-captured.ts';
import { openCapture } from '../support/open-capture.ts';
import { type Edit, withAltered } from './altered-capture.ts';

interface Slice {
  readonly metadata: { readonly labels?: { readonly 'kubernetes.io/service-name'?: string } };
  readonly endpoints: readonly object[] | null;
}

/** So many endpoints of shop/web are on this node. */
const endpoints = (count: number): Edit => [
  'endpointslices.json',
  (text) => {
    const list: { items: Slice[] } = JSON.parse(text);
    const items = list.items.map((slice) => {
      const [one] = slice.endpoints ?? [];
      if (slice.metadata.labels?.['kubernetes.io/service-name'] !== 'web' || one === undefined) return slice;
      const made = Array.from({ length: count }, (_, at) => ({
        ...one,
        addresses: [`10.244.1${Math.floor(at / 250)}.${(at % 250) + 1}`],
        nodeName: 'node-1',
      }));
      return { ...slice, endpoints: made };
    });
    return JSON.stringify({ ...list, items });
  },
];

/** What KP130 says of this one Service. */
async function gaps(count: number): Promise<string> {
  return await withAltered(
    [endpoints(count)],
    async (folder) => {
      const { capture, known } = await openCapture(folder);
      const { kubeProxy: kubeProxyVersion, kubeProxyFlags } = capture.manifest;
      const service = { namespace: 'shop', name: 'web' };
      const focus = { service, hashes: new Set<string>(), chains: new Set<string>(), arrives: true };
      const input = { known, kubeProxyVersion, kubeProxyFlags, conntrackStats: null, focus };
      return notCaptured.find(new CheckContext(input))[0]?.message ?? '';
    },
    'demo-nftables',
  );
}

describe('On a node with very many endpoints, are all asked whether they reach themselves?', () => {
  it('500 are, and it is said of how many not', async () => {
    expect(await gaps(520)).toContain(
      'whether endpoints of this node reach themselves through their Service was asked of 500, and not of 20 more',
    );
    expect(await gaps(20)).not.toContain('reach themselves');
  });
});

import { describe, expect, it } from 'vitest';
import { type Edit, findIn } from './altered-capture.ts';

interface Slice {
  readonly metadata: { readonly labels?: { readonly 'kubernetes.io/service-name'?: string } };
  readonly endpoints: readonly object[];
}

/** The API has one endpoint of shop/udp-echo less than the rules. */
const WITHOUT_ONE: Edit = [
  'endpointslices.json',
  (text) => {
    const list: { items: Slice[] } = JSON.parse(text);
    const items = list.items.map((slice) =>
      slice.metadata.labels?.['kubernetes.io/service-name'] === 'udp-echo'
        ? { ...slice, endpoints: slice.endpoints.slice(1) }
        : slice,
    );
    return JSON.stringify({ ...list, items });
  },
];

async function advice(edits: readonly Edit[], service: string): Promise<string[]> {
  const found = await findIn(edits);
  return found
    .filter(({ code, message }) => code === 'KP101' && message.includes(`of ${service}:`))
    .map((finding) => finding.advice ?? '');
}

describe('what to do with flows to an endpoint that is gone', () => {
  it('is no clearing first where the rules still send new ones there', async () => {
    const [told, ...more] = await advice([WITHOUT_ONE], 'shop/udp-echo');
    expect(more).toEqual([]);
    expect(told).toMatch(/^first see why kube-proxy does not write its rules: .*may be sent there again/);
  });

  it('is clearing them where the rules do not', async () => {
    const [told] = await advice([], 'shop/udp-stale');
    expect(told).toMatch(/^delete these entries: the next packet .* endpoint of today/);
  });
});

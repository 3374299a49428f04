import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';

describe('the page of why', () => {
  it('draws the path of every way that was asked, with the rules of its boxes', async () => {
    const { out, status } = await run(['why', 'shop/np-local-none', '--demo', '-o', 'html']);
    expect(status).toBe(1);
    const headings = [...out.matchAll(/<section class="trace"[^>]*>\n<h2[^>]*>([^<]*)</g)].map(
      ([, text]) => text,
    );
    expect(headings).toEqual([
      'From pod shop/client-a, to 10.96.10.8:80',
      'From a process on node-1, to 10.96.10.8:80',
      'From any address outside the cluster, to 192.168.100.11:30082',
    ]);
    expect(out).toContain('-A KUBE-EXTERNAL-SERVICES -p tcp');
    const ids = [...out.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

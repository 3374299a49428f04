import { describe, expect, it } from 'vitest';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { destinationAsTyped, senderAsTyped } from '../../src/explain/question/as-typed.ts';
import { plainQuestion, QuestionError, type TraceQuestion } from '../../src/explain/question/question.ts';
import { openCapture } from '../support/open-capture.ts';

const { known } = await openCapture('fixtures/demo');

const QUESTION: TraceQuestion = {
  ...plainQuestion('shop/web'),
  from: 'pod',
  namespace: 'shop',
};

/** Where a packet goes that is asked for like this: `10.96.10.1:80/tcp`, or what the error says. */
function ask(destination: string, more: Partial<TraceQuestion> = {}): string {
  try {
    const [item] = explainTrace({ ...QUESTION, destination, ...more }, known);
    if (item === undefined) return 'nothing';
    const { address, port } = item.packet.destination;
    return `${address} ${port} ${item.packet.protocol}`;
  } catch (error) {
    if (error instanceof QuestionError) return `error: ${error.message}`;
    throw error;
  }
}

const WEB = '10.96.10.1 80 tcp';
const DNS = '10.96.0.10 53 udp';
const NODE_PORT = '192.168.100.11 30080 tcp';

describe('what a kubectl user types as a destination', () => {
  it.each([
    ['shop/web', WEB],
    ['web', WEB],
    ['web:80', WEB],
    ['shop/web:80', WEB],
    ['svc/web', WEB],
    ['service/web', WEB],
    ['services/web', WEB],
    ['svc/web:80', WEB],
    ['svc/shop/web', WEB],
    ['web.shop', WEB],
    ['web.shop:80', WEB],
    ['web.shop.svc', WEB],
    ['web.shop.svc:80', WEB],
    ['web.shop.svc.cluster.local', WEB],
    ['web.shop.svc.cluster.local:80', WEB],
    ['web.shop.svc.cluster.local.', WEB],
    ['http://web.shop/', WEB],
    ['http://web.shop.svc.cluster.local/path?x=1', WEB],
    ['http://web/', WEB],
    ['http://user@web.shop:80/x', WEB],
    ['http://10.96.10.1', WEB],
    ['10.96.10.1:80', WEB],
    [' shop/web ', WEB],
    ['kube-system/kube-dns', DNS],
    ['kube-dns.kube-system', DNS],
    ['kube-dns.kube-system:dns', DNS],
    ['svc/kube-system/kube-dns:53', DNS],
    ['https://kubernetes.default', '10.96.0.1 443 tcp'],
    ['https://kubernetes.default.svc.cluster.local', '10.96.0.1 443 tcp'],
    ['default/kubernetes:https', '10.96.0.1 443 tcp'],
    ['node:30080', NODE_PORT],
    ['node-1:30080', NODE_PORT],
    ['http://node-1:30080/', NODE_PORT],
    ['node-2:30080', '192.168.100.12 30080 tcp'],
    ['localhost:30080', '127.0.0.1 30080 tcp'],
    ['http://localhost:30080/healthz', '127.0.0.1 30080 tcp'],
    ['pod/web-a1:8080', '10.244.1.11 8080 tcp'],
    ['pods/web-a1:8080', '10.244.1.11 8080 tcp'],
    ['pod/shop/web-a1:8080', '10.244.1.11 8080 tcp'],
    ['[fd00:10:96::17]:80', 'fd00:10:96::17 80 tcp'],
  ])('%j', (typed, expected) => {
    expect(ask(typed, { from: typed.startsWith('[') ? 'node' : 'pod' })).toBe(expected);
  });

  it.each([
    ['shop/wbe', /Did you mean shop\/web\?/],
    ['shop/web-stiky:80', /Did you mean shop\/web-sticky:80\?/],
    ['svc/wbe', /Did you mean shop\/web\?/],
    ['wbe.shop.svc', /Did you mean shop\/web\?/],
    ['shp/web', /There is shop\/web;/],
    ['shop/web:81', /has no such port; it has 80\/tcp/],
    ['nothing-like-it', /no Service shop\/nothing-like-it/],
    ['http://', /neither ADDRESS:PORT nor/],
  ])('%j is corrected', (typed, expected) => {
    expect(ask(typed)).toMatch(expected);
  });

  it('a pod without a port is asked for one, and nobody is taken for a pod that is none', () => {
    expect(ask('pod/web-a1')).toMatch(/needs a port/);
    expect(destinationAsTyped('pod/nobody:80', 'shop', known)).toBe('pod/nobody:80');
  });
});

describe('what a kubectl user types as a sender', () => {
  const sender = (from: string) => {
    const { from: read, sourcePort } = senderAsTyped({ ...QUESTION, from }, known);
    return `${read} ${sourcePort}`;
  };

  it.each([
    ['pod/client-a', 'pod:shop/client-a null'],
    ['pods/client-a', 'pod:shop/client-a null'],
    ['pod:client-a', 'pod:shop/client-a null'],
    ['pod:shop/client-a', 'pod:shop/client-a null'],
    ['shop/client-a', 'pod:shop/client-a null'],
    ['client-a', 'pod:shop/client-a null'],
    ['10.244.1.13:41000', '10.244.1.13 41000'],
    ['[fd00::1]:41000', 'fd00::1 41000'],
    ['10.244.1.13', '10.244.1.13 null'],
    ['localhost', 'node null'],
    ['node-1', 'node null'],
    ['external', 'external null'],
    ['pod', 'pod null'],
  ])('%j', (typed, expected) => {
    expect(sender(typed)).toBe(expected);
  });

  it('a pod that nobody has is corrected', () => {
    expect(ask('shop/web', { from: 'shop/clinet-a' })).toMatch(
      /no such pod in the capture \(Did you mean pod:shop\/client-a\?\)/,
    );
  });
});

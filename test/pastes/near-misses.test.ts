import { describe, expect, it } from 'vitest';
import { answerTo, ask, readPaste } from './paste.ts';

/** Beside each of these pastes one that looks much like it and means something else. */
describe('a paste that is nearly another one', () => {
  it('host ports of two pods that are not the same port are no KP111', async () => {
    const paste = readPaste('04-kp111-null');
    expect((await ask(paste, 'check')).out).toContain('KP111');
    const apart = paste.replace(/(id: \\"bbbb\\"" -m multiport --dports) 80,443/, '$1 8080,8443');
    expect(apart).not.toBe(paste);
    expect((await ask(apart, 'check')).out).not.toContain('KP111');
  });

  it('a flow of another client behind the tool’s last words is not the client’s', async () => {
    const paste = readPaste('28-conntrack-glued-status').replaceAll('10.244.1.5', '10.244.1.6');
    expect((await ask(paste, 'conntrack', '--client', '10.244.1.5')).out).not.toContain(
      '1 flow from 10.244.1.5',
    );
    expect((await ask(paste, 'conntrack', '--client', '10.244.1.6')).out).toContain('1 flow from 10.244.1.6');
  });

  it('a flow without its answer is none', async () => {
    const paste = readPaste('29-vyos-offload').replace(/ src=192\.0\.2\.100 dst=198\.51\.100\.100.*/, '');
    expect((await ask(paste, 'conntrack')).out).not.toContain('conntrack: 1 flow');
  });

  it('a redirect for one user’s packets does not send another’s', async () => {
    const paste = readPaste('14-istio-init-log');
    const answer = await answerTo(paste, '198.51.100.7:443', '--from', 'node');
    expect(answer).toContain('15001');
    const none = paste.replaceAll('15001', '15002');
    expect(await answerTo(none, '198.51.100.7:443', '--from', 'node')).not.toContain('15001');
  });
});

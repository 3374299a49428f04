import { describe, expect, it } from 'vitest';
import { printCommand } from '../../src/command/quote.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { type Edit, findIn } from './altered-capture.ts';

const switched = (family: 'ipv4' | 'ipv6', devices: readonly string[], all: 0 | 1): Edit => [
  'sysctl.txt',
  (text) =>
    [
      text.replaceAll(/^net\.ipv4\.ip_forward = .*\n|^net\.ipv[46]\.conf\.\S+\.forwarding = .*\n/gm, ''),
      family === 'ipv4' ? `net.ipv4.ip_forward = ${all}\n` : '',
      `net.${family}.conf.all.forwarding = ${all}\n`,
      ...devices.map((device) => `net.${family}.conf.${device}.forwarding = 0\n`),
    ].join(''),
];

async function told(edit: Edit): Promise<Finding[]> {
  return (await findIn([edit])).filter(({ code }) => code === 'KP218');
}

const commandsOf = (found: readonly Finding[]): string[] =>
  found.map(({ command }) => (command === null ? '' : printCommand(command))).sort();

describe('What switches forwarding on again?', () => {
  it('the switch of the device that alone is off: ip_forward is 1, and written again changes nothing', async () => {
    const found = await told(switched('ipv4', ['cni0'], 1));
    expect(commandsOf(found)).toEqual(['sysctl -w net.ipv4.conf.cni0.forwarding=1']);
    expect(found[0]?.hits).toMatch(
      /^pods of this node.*; and clients elsewhere whose answers come in by cni0/,
    );
  });

  it('those of two devices, each with whom it hits', async () => {
    const found = await told(switched('ipv4', ['cni0', 'eth0'], 1));
    expect(commandsOf(found)).toEqual([
      'sysctl -w net.ipv4.conf.cni0.forwarding=1',
      'sysctl -w net.ipv4.conf.eth0.forwarding=1',
    ]);
  });

  it('ip_forward where that is off: it is copied to every device', async () => {
    expect(commandsOf(await told(switched('ipv4', ['cni0', 'eth0'], 0)))).toEqual([
      'sysctl -w net.ipv4.ip_forward=1',
    ]);
  });

  it('of IPv6 that of all devices, which it asks', async () => {
    expect(commandsOf(await told(switched('ipv6', ['cni0', 'eth0'], 0)))).toEqual([
      'sysctl -w net.ipv6.conf.all.forwarding=1',
    ]);
  });
});

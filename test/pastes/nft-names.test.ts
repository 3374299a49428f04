import { cpSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { ask } from './paste.ts';

const DEMO = join(import.meta.dirname, '../../fixtures/demo-nftables');
const OBJECTS = /^(?:services|endpointslices|endpoints|pods|nodes)\.json$/;

/** The node in nftables mode without API objects. */
function bareDemo(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nft-names-'));
  for (const name of readdirSync(DEMO)) if (!OBJECTS.test(name)) cpSync(join(DEMO, name), join(folder, name));
  return folder;
}

const NODE_PORTS = `# nft list table ip kube-proxy
table ip kube-proxy {
	set nodeport-ips {
		type ipv4_addr
		elements = { 127.0.0.1, 192.168.100.11 }
	}
	map no-endpoint-nodeports {
		type inet_proto . inet_service : verdict
		elements = { tcp . 30082 comment "shop/np-local-none" : drop }
	}
	chain filter-input {
		type filter hook input priority filter; policy accept;
		ct state new jump nodeport-endpoints-check
	}
	chain nodeport-endpoints-check {
		ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports
	}
}
`;

describe('Which address has the node by kube-proxy’s nft table alone?', () => {
  it.each([
    ['node:30082', 'external'],
    ['192.168.100.11:30082', '9.9.9.9'],
    ['shop/np-local-none', 'external'],
  ])('one at which node ports answer: %s from %s is dropped', async (destination, from) => {
    const { out } = await ask(NODE_PORTS, 'trace', destination, '--from', from);
    expect(out).toContain(
      '192.168.100.11:30082/tcp is shop/np-local-none (node port, named by a rule comment)',
    );
    expect(out).toContain('NO ANSWER: DROP by ip kube-proxy nodeport-endpoints-check rule 1');
  });

  it('says that it is taken for one', async () => {
    const { out } = await ask(NODE_PORTS, 'trace', '192.168.100.11:30082', '--from', '9.9.9.9');
    expect(out).toContain('so that 192.168.100.11 is taken for an address of this node');
    const { out: other } = await ask(NODE_PORTS, 'trace', '192.168.100.12:30082', '--from', '9.9.9.9');
    expect(other).toContain('192.168.100.12 is taken for an address of another machine');
  });
});

describe('Are Services of nftables mode named without API objects?', () => {
  const folder = bareDemo();

  it('an address is, by the name of the chain that its element leads to', async () => {
    const { out } = await run(['trace', '10.96.10.1:80', '--from', 'pod', '-f', folder]);
    expect(out).toContain('10.96.10.1:80/tcp on node-1 is shop/web (cluster IP)');
    const { out: json } = await run(['trace', '10.96.10.1:80', '--from', 'pod', '-f', folder, '-o', 'json']);
    const service = { namespace: 'shop', name: 'web', port: '', via: 'clusterIP', namedBy: 'hash' };
    expect(JSON.parse(json).items[0].service).toEqual(service);
  });

  it.each(['trace', 'why'])('%s takes the name that services lists', async (command) => {
    const { out, status } = await run([command, 'shop/web', '-f', folder]);
    expect(out).toContain('10.96.10.1:80/tcp');
    expect(status).toBe(0);
  });

  it('by the port’s name, and the other protocol of the same number is told', async () => {
    const { out } = await run(['trace', 'kube-system/kube-dns:dns', '--from', 'pod', '-f', folder]);
    expect(out).toContain('10.96.0.10:53/udp on node-1 is kube-system/kube-dns:dns (cluster IP)');
    const { out: asked } = await run(['trace', '10.96.0.10:53', '--from', 'pod', '-f', folder]);
    expect(asked).toContain(
      'is a Service port for TCP (kube-system/kube-dns:dns-tcp) and UDP (kube-system/kube-dns:dns)',
    );
  });

  it('a name that no chain has is none, and the way out is told', async () => {
    const { err } = await run(['why', 'shop/absent', '-f', folder]);
    expect(err).toContain('no Service shop/absent');
  });
});

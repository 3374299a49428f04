import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const RULES = (rule: string): string => `# nft list ruleset
table inet fw {
	chain forward {
		type filter hook forward priority filter; policy accept;
		ct state established accept
		${rule}
		tcp dport 9 accept
	}
}
`;
const QUESTION = ['10.244.9.9:80', '--from', '10.244.3.5'] as const;
const TRACE = async (rule: string): Promise<string> => await answerTo(RULES(rule), ...QUESTION);

/** Lines of nft text are nothing to answer from alone: the addresses of the node go along. */
const withAddresses = (text: string): string =>
  `# ip addr\n1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n2: eth0: <BROADCAST,UP,LOWER_UP> mtu 1500\n    inet 192.168.100.11/24 scope global eth0\n${text}`;

describe('A rule of nft that mail broke in two', () => {
  it.each([
    ['behind a match', 'iifname "eth9" tcp dport 23\ndrop'],
    ['within a match', 'iifname "eth9" tcp dport\n23 drop'],
    ['between words of one', 'ip saddr 10.9.0.0/16 ip daddr\n10.0.0.0/8 drop'],
  ])('%s is one rule, and no packet meets its end alone', async (_, rule) => {
    const answer = await answerTo(withAddresses(RULES(rule)), ...QUESTION);
    expect(answer).not.toMatch(/DROP|UNKNOWN/);
    expect(answer).toContain('ACCEPT');
  });

  it.each([
    ['an address', 'ip daddr 10.2\n44.0.0/16 drop'],
    ['a port', 'tcp dport 8\n0 drop'],
    ['a verdict', 'tcp dport 80 dr\nop'],
    ['a name of an interface', 'iifname != "eth\n9" drop'],
    ['a number', 'meta mark & 0x00\n01 == 0x0 drop'],
  ])('within %s is unknown, and says nothing for certain', async (_, rule) => {
    const answer = await answerTo(withAddresses(RULES(rule)), ...QUESTION);
    expect(answer).toContain('UNKNOWN');
    expect(answer).not.toContain('{"');
  });

  it('is unknown where no line is set in, so that nothing tells it from a rule of its own', async () => {
    const flat = RULES('iifname "eth9" tcp dport 23\ndrop').replace(/^\t+/gm, '');
    const answer = await answerTo(withAddresses(flat), ...QUESTION);
    expect(answer).toContain(
      'UNKNOWN: kp-explain does not know what "iifname "eth9" tcp dport 23 drop" does in inet fw forward rule 3',
    );
  });

  it('is told from rules that stand below each other as nft prints them', async () => {
    const answer = await answerTo(withAddresses(RULES('iifname "eth9" tcp dport 23\n\t\tdrop')), ...QUESTION);
    expect(answer).toContain('DROP by inet fw forward rule 3');
    const counting = RULES('tcp dport 23 counter packets 1 bytes 60').replace(/^\t+/gm, '');
    expect(await answerTo(withAddresses(counting), ...QUESTION)).toContain('ACCEPT');
  });

  it('has the policy that stands on the next line', async () => {
    const text = RULES('tcp dport 22 accept').replace('filter; policy accept;', 'filter; policy\ndrop;');
    expect(await answerTo(withAddresses(text), ...QUESTION)).toContain(
      'DROP by the policy of inet fw forward',
    );
  });

  it('does not hide the chains below one whose name goes on in the next line', async () => {
    const text = `# nft list ruleset
table inet fw {
	chain a_chain_with_a_long
_name {
		drop
	}

	chain forward {
		type filter hook forward priority filter; policy accept;
		jump a_chain_with_a_long_name
	}
}
`;
    expect(await answerTo(withAddresses(text), ...QUESTION)).toContain(
      'DROP by inet fw a_chain_with_a_long_name rule 1',
    );
  });
});

describe('An element of which the line was broken', () => {
  it('in a rule leaves open whether the packet fits', async () => {
    const answer = await answerTo(withAddresses(RULES('tcp dport { 22, 8\n0 } drop')), ...QUESTION);
    expect(answer).toMatch(/if the packet fits `tcp dport \{ 22, 8 0 \}`\n {2}DROP/);
    expect(answer).toMatch(/if the packet does not fit `.*`\n {2}ACCEPT/);
  });

  it('leaves open which packets the set holds', async () => {
    const text = RULES('ip daddr @s drop').replace(
      'table inet fw {\n',
      'table inet fw {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 10.244.9.1, 10.244.9\n.9 }\n\t}\n',
    );
    const answer = await answerTo(withAddresses(text), ...QUESTION);
    expect(answer).toMatch(/set s of inet fw holds/);
  });
});

describe('What nft prints of a rule that is not known here', () => {
  it('is shown as nft printed it, not as this program read it', async () => {
    const { out } = await ask(
      withAddresses(RULES('tcp dport 80 frobnicate 3 with { 4 }')),
      'trace',
      ...QUESTION,
    );
    expect(out).toContain('does not know what "frobnicate 3 with { 4 }" does');
    expect(out).not.toContain('{"');
    expect(await TRACE('tcp dport 80 frobnicate')).not.toContain('{"');
  });
});

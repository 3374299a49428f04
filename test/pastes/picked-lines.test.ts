import { describe, expect, it } from 'vitest';
import { picksLines } from '../../src/capture/paste/prompt.ts';
import { answerTo, ask } from './paste.ts';

const RULES = `# iptables-save
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m set --match-set blocked src -j DROP
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
`;

const SAVED = `create blocked hash:ip family inet hashsize 1024 maxelem 65536
add blocked 10.9.0.1
add blocked 10.9.0.2
`;

const ROUTES = `10.244.2.0/24 via 192.168.1.12 dev eth0
10.244.1.0/24 dev cni0 proto kernel scope link src 10.244.1.1
local 10.244.1.1 dev cni0 table local proto kernel scope host src 10.244.1.1
local 10.9.0.7 dev eth0 table local proto kernel scope host src 10.9.0.7
`;

const ADDRESSES = `1: lo    inet 127.0.0.1/8 scope host lo
7: cni0    inet 10.244.1.1/24 brd 10.244.1.255 scope global cni0
`;

const SERVERS = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.1:443 rr
  -> 192.168.1.11:6443            Masq    1      0          0
`;

const OWN_ADDRESSES = `1: lo    inet 127.0.0.1/8 scope host lo
7: eth0    inet 192.168.1.11/24 brd 192.168.1.255 scope global eth0
`;

const LISTENS = `Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port
tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*
`;

describe('of an output whose command picked lines, the others are not known to be missing', () => {
  const from = ['10.244.1.11:80', '--from', '10.9.0.7'] as const;
  const out = ['8.8.8.8:80', '--from', '10.244.1.11'] as const;
  const cannotTell = 'not every member of set blocked was captured';

  it('members of a set', async () => {
    expect(await answerTo(`${RULES}# ipset save | grep 10.9.0\n${SAVED}`, ...from)).toContain(cannotTell);
    expect(await answerTo(`${RULES}# ipset save\n${SAVED}`, ...from)).not.toContain('blocked');
  });

  it('members of a set that were left out by hand', async () => {
    const left = SAVED.replace('add blocked 10.9.0.2', '[...]\nadd blocked 10.9.0.2');
    expect(await answerTo(`${RULES}# ipset save\n${left}`, ...from)).toContain(cannotTell);
  });

  it('but a set that is listed beside others that were saved takes nothing from these', async () => {
    const listed = `# ipset list other
Name: other
Type: hash:ip
Header: family inet hashsize 1024 maxelem 65536
Number of entries: 1
Members:
10.8.8.8
`;
    const answer = await answerTo(`${RULES}# ipset save\n${SAVED}`, ...from);
    expect(await answerTo(`${listed}${RULES}# ipset save\n${SAVED}`, ...from)).toBe(answer);
    expect(await answerTo(`${RULES}# ipset save\n${SAVED}${listed}`, ...from)).toBe(answer);
  });

  it('a set of which only the head was listed', async () => {
    const head =
      'Name: blocked\nType: hash:ip\nRevision: 4\nHeader: family inet hashsize 1024 maxelem 65536\nNumber of entries: 2\n';
    const { err } = await ask(`${RULES}# ipset list -t\n${head}`, 'trace', ...from);
    expect(err).not.toContain('no line of a dump');
    expect(await answerTo(`${RULES}# ipset list -t\n${head}`, ...from)).toContain(cannotTell);
  });

  it.each([
    ['ip route show table all | grep 10.', ROUTES],
    ['ip route show table all | awk "{print}"', ROUTES],
    ['ip route show table all |& grep 10.', ROUTES],
    ['ip route show table all | /bin/grep 10.', ROUTES],
    ['cat routes.txt | grep 10.', ROUTES],
    ['ip route show 10.0.0.0/8', ROUTES],
    ['ip route show table all', ROUTES.replace('\n', '\n...\n')],
    ['ip route show table all', `<snip>\n${ROUTES}`],
    ['ip route get 8.8.8.8', '8.8.8.8 via 192.168.1.1 dev eth0 src 10.244.1.11 uid 0\n'],
  ])('routes: %s', async (command, lines) => {
    const { out: text } = await ask(`${RULES}# ${command}\n${lines}`, 'trace', ...out, '--detail', 'answer');
    expect(text).not.toContain('no route');
    expect(text).toContain('a route to every destination is taken for granted');
  });

  it.each([
    'ipvsadm -Ln | grep -A1 10.96.0.1',
    'ipvsadm -Ln -t 10.96.0.1:443',
    'ipvsadm -Lnt 10.96.0.1:443',
    'ipvsadm -L -n --tcp-service 10.96.0.1:443',
  ])('virtual servers: %s', async (command) => {
    const text = await answerTo(`${RULES}# ${command}\n${SERVERS}`, '10.96.0.9:80', '--from', '10.244.1.11');
    expect(text).toContain('its listing is not whole');
  });

  it.each(['ipvsadm -Ln', 'ipvsadm -Ln --stats', 'ipvsadm-save -n'])('but %s shows all', async (command) => {
    const text = await answerTo(`${RULES}# ${command}\n${SERVERS}`, '10.96.0.9:80', '--from', '10.244.1.11');
    expect(text).not.toContain('its listing is not whole');
  });

  it.each([
    ['ip rule show table 7', true],
    ['ip -6 rule list from 10.244.0.0/16', true],
    ['ip r s default', true],
    ['ip -6 route list fd00::/64 table all', true],
    ['ip rule', false],
    ['ip addr show up', true],
    ['ip addr show scope global', true],
    ['ip -4 a s primary', true],
    ['ip -f inet address list dev eth0', true],
    ['ip -br addr show to 10.0.0.0/8', true],
    ['ip a ls eth0', true],
    ['ip addr', false],
    ['ip -d address show 2>/dev/null', false],
    ['ip a s > addr.txt', false],
    ['ip route show table default', false],
    ['ip -4 route list table 2', false],
    ['ip r s t 100', false],
    ['ip route show vrf red', false],
    ['ip route show table 2 default', true],
    ['ip -6 rule show | sort', false],
    ['ip route show table main > routes.txt', false],
  ])('%s shows a part: %s', (command, isPart) => expect(picksLines(command)).toBe(isPart));

  const here = ['192.168.1.11:80', '--from', 'external'] as const;
  it.each([
    'ss -ltnu | grep 22',
    'ss -ltnu sport = :22',
    "ss -ltnu 'sport = :22'",
    'ss -ltnu4',
    'ss -ltnu --ipv4',
    'ss -ltnu --family=inet',
    'cat ss.txt | grep 22',
  ])('what listens: %s', async (command) => {
    const paste = `${RULES}# ip -o addr\n${OWN_ADDRESSES}# ${command}\n${LISTENS}`;
    expect(await answerTo(paste, ...here)).not.toContain('nothing listens');
  });

  it.each(['ss -tnu', 'ss -n -t -u -p'])('what listens is not among what %s lists', async (command) => {
    const [heading] = LISTENS.split('\n');
    const listing = `${heading}\ntcp   ESTAB  0      0      192.168.1.11:22   10.9.0.7:50124\n`;
    const paste = `${RULES}# ip -o addr\n${OWN_ADDRESSES}# ${command}\n${listing}`;
    expect(await answerTo(paste, ...here)).not.toContain('nothing listens');
  });

  it.each(['ss -ltnu', 'ss -ltnu 2>/dev/null', 'ss -l -t -n -u | cat'])(
    'but %s shows all',
    async (command) => {
      const paste = `${RULES}# ip -o addr\n${OWN_ADDRESSES}# ${command}\n${LISTENS}`;
      expect(await answerTo(paste, ...here)).toContain('nothing listens at 192.168.1.11:80');
    },
  );

  it.each([
    'ip route show table all',
    'ip route show table all | less',
    'ip route show table all | /usr/bin/less',
    'ip route show table all | sort',
  ])('but %s shows all of them', async (command) => {
    expect(await answerTo(`${RULES}# ${command}\n${ROUTES}`, ...out)).toContain('no route to 8.8.8.8');
  });

  it.each([
    ['ip -o addr | grep -v eth0', ADDRESSES],
    ['ip -o addr', ADDRESSES.replace('\n', '\n<snip>\n')],
  ])('addresses: %s; those that it shows are the node’s', async (command, lines) => {
    const paste = `${RULES}# ${command}\n${lines}`;
    const { out: other } = await ask(
      paste,
      'trace',
      '192.168.1.11:80',
      '--from',
      'external',
      '--detail',
      'answer',
    );
    expect(other).toContain('192.168.1.11 is taken for an address of another machine or pod');
    expect(await answerTo(paste, '10.244.1.1:80', '--from', 'external')).toContain(
      'ACCEPT to this node itself',
    );
    const { out: whole } = await ask(
      `${RULES}# ip -o addr\n${ADDRESSES}`,
      ...['trace', '192.168.1.11:80', '--from', 'external', '--detail', 'answer'],
    );
    expect(whole).not.toContain('is taken for an address of another machine');
  });

  it.each([
    ['ip addr show up', '10.9.9.9', true],
    ['ip addr show scope global', '10.9.9.9', true],
    ['ip addr', '10.9.9.9', false],
    ['ifconfig', '10.9.9.9', true],
    ['ifconfig -a', '10.9.9.9', true],
  ])('addresses of some links or of one scope: %s', async (command, address, isOpen) => {
    const old = `lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 192.168.1.11  netmask 255.255.255.0  broadcast 192.168.1.255
`;
    const shown = command.startsWith('ifconfig') ? old : OWN_ADDRESSES;
    const paste = `${RULES}# ${command}\n${shown}# ip route\ndefault via 192.168.1.1 dev eth0\n`;
    const { out: text } = await ask(paste, 'trace', `${address}:53`, '--from', '10.244.1.11');
    const open = `${address} is taken for an address of another machine or pod, not of this node`;
    if (isOpen) expect(text).toContain(open);
    else expect(text).not.toContain(open);
    expect(await answerTo(paste, '192.168.1.11:53', '--from', 'external')).toContain('this node itself');
  });

  it('one that is shown stands for the node, where a node port is asked for', async () => {
    const rules = RULES.replace(
      /COMMIT\n$/,
      '-A PREROUTING -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j DNAT --to-destination 10.244.1.11:8080\nCOMMIT\n',
    );
    const { out: text } = await ask(
      `${rules}# ip -o addr | grep -v eth0\n${ADDRESSES}`,
      ...['trace', 'node:30080', '--from', 'external'],
    );
    expect(text).toMatch(/^10\.244\.1\.1:30080/);
    expect(text).toContain('10.244.1.11:8080');
    expect(text).not.toContain('192.0.2.1');
  });

  it('routes above the first command, which lost their beginning with their own', async () => {
    const rules = `# iptables-save\n${RULES.slice(RULES.indexOf('*filter'))}`;
    const to = ['10.9.9.9:80', '--from', '10.244.1.11'] as const;
    expect(await answerTo(`${ROUTES}${rules}`, ...to)).not.toContain('no route');
    expect(await answerTo(`# ip route show table all\n${ROUTES}${rules}`, ...to)).toContain('no route');
  });

  it('links without their addresses, as ip link shows them', async () => {
    const links =
      '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n2: eth0: <BROADCAST,UP> mtu 1500 qdisc fq_codel state UP mode DEFAULT group default\n    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff\n';
    const { err, out: text } = await ask(
      `${RULES}# ip link\n${links}`,
      ...['trace', '192.168.1.11:80', '--from', 'external', '--detail', 'answer'],
    );
    expect(err).toContain('`ip link`, which has no addresses; use `ip addr`');
    expect(text).toContain('192.168.1.11 is taken for an address of another machine or pod');
  });
});

describe('of a node whose addresses were not listed at all', () => {
  const rules = (where: string) => `# iptables-save
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-SERVICES ${where} -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j DNAT --to-destination 10.244.1.11:8080
COMMIT
`;

  it.each([
    ['the one that the rules serve node ports at', '-d 172.31.0.11/32', '172.31.0.11'],
    ['any, where they serve all', '-m addrtype --dst-type LOCAL', '192.0.2.1'],
  ])('a node port is asked of %s', async (_, where, address) => {
    const { out } = await ask(rules(where), 'trace', 'node:30080', '--from', 'external');
    expect(out).toContain(`${address}:30080/tcp`);
    expect(out).toContain(`the node's addresses are not in the capture; ${address} stands for one of them`);
    expect(out).toContain('10.244.1.11:8080');
    expect(out).not.toContain('REFUSED');
  });
});

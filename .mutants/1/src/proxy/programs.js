import { KUBE_PROGRAM } from './kube-program.js';
import { CNI_PLUGINS, FIRST_NETWORKS, NETWORKS } from './network-programs.js';
import { at, LOCAL } from './program.js';
/**
 * Every program that is known by its chains, in the order in which their jumps usually stand in a built-in chain: libnetwork's
 * iptables setup, netavark, the daemons' own sources.
 */
export const PROGRAMS = [
    {
        owner: 'tailscale',
        prefix: /^ts-(?=(?:input|forward|postrouting)$)/,
        chains: [
            { name: 'input|forward', entries: { filter: 'by-name' } },
            { name: 'postrouting', entries: { nat: [{ ...at('POSTROUTING'), appended: true }] } },
        ],
        common: '.*',
    },
    ...FIRST_NETWORKS,
    KUBE_PROGRAM,
    CNI_PLUGINS,
    {
        owner: 'podman',
        prefix: /^NETAVARK(?=[-_]|$)/,
        chains: [
            { name: '-HOSTPORT-DNAT', entries: { nat: [at('PREROUTING', LOCAL), at('OUTPUT', LOCAL)] } },
            { name: '-HOSTPORT-MASQ', entries: { nat: [at('POSTROUTING')] } },
            { name: '_(?:FORWARD|INPUT)', entries: { filter: 'by-name' } },
        ],
        common: '(?:_[A-Z0-9]+|-[A-Z0-9-]*[A-Z])?',
        identified: [['-', 12, 'base32']],
    },
    {
        owner: 'docker',
        prefix: /^DOCKER(?=-|$|_(?:OUTPUT|POSTROUTING)$)/,
        chains: [
            {
                name: '',
                purpose: 'Published ports of Docker containers.',
                entries: {
                    nat: [
                        at('PREROUTING', LOCAL),
                        { ...at('OUTPUT', `! -d 127.0.0.0/8 ${LOCAL}`), only: 'ipv4' },
                        { ...at('OUTPUT', `! -d ::1/128 ${LOCAL}`), only: 'ipv6' },
                    ],
                },
            },
            {
                name: '-USER',
                purpose: "Rules of the administrator that come before Docker's own.",
                entries: { filter: [at('FORWARD')] },
            },
            { name: '-FORWARD', entries: { filter: [at('FORWARD')] } },
            { name: '-(?:CT|BRIDGE)', entries: { filter: [at('DOCKER-FORWARD')] } },
            { name: '-(?:FORWARD|CT|BRIDGE)', purpose: "Docker's rules for forwarded traffic of its bridges." },
            { name: '-ISOLATION-STAGE-1', entries: { filter: [at('FORWARD')] } },
            { name: '-ISOLATION-STAGE-.*', purpose: "Keeps Docker's bridges apart." },
            { name: '-INGRESS', purpose: 'Published ports of Docker Swarm.' },
            { name: '-(?:USER|FORWARD|CT|BRIDGE|ISOLATION-.*)', only: 'filter' },
            { name: '', entries: { filter: [at('FORWARD', '-o docker0')] } },
        ],
        common: '(?:-USER|-FORWARD|-CT|-BRIDGE|-INTERNAL|-ISOLATION-STAGE-[12]|_OUTPUT|_POSTROUTING)?',
    },
    ...NETWORKS,
    {
        owner: 'istio',
        prefix: /^ISTIO_/,
        chains: [
            { name: 'REDIRECT', purpose: 'Istio: hands outgoing connections to the sidecar.' },
            { name: 'IN_REDIRECT', purpose: 'Istio: hands incoming connections to the sidecar.' },
            { name: '.*', purpose: "One of Istio's chains." },
            { name: 'INBOUND', entries: { nat: [at('PREROUTING', '-p tcp')] } },
            { name: 'OUTPUT', entries: { nat: [at('OUTPUT', '-p tcp')] } },
            { name: 'PRERT', entries: { nat: [at('PREROUTING')] } },
            { name: 'POSTRT', entries: { nat: [at('POSTROUTING')] } },
        ],
        common: '[A-Z_]+',
    },
    {
        owner: 'linkerd',
        prefix: /^PROXY_INIT_/,
        chains: [
            { name: 'REDIRECT', entries: { nat: [at('PREROUTING')] } },
            { name: 'OUTPUT', entries: { nat: [at('OUTPUT')] } },
        ],
        common: 'OUTPUT|REDIRECT',
    },
    {
        owner: 'kuma',
        prefix: /^KUMA_MESH_/,
        chains: [
            { name: 'INBOUND', entries: { nat: [at('PREROUTING', '-p tcp')] } },
            { name: 'OUTBOUND', entries: { nat: [at('OUTPUT', '-p tcp')] } },
        ],
    },
    {
        owner: 'libvirt',
        prefix: /^LIBVIRT_/,
        chains: [
            { name: '.*', purpose: 'libvirt: networks of virtual machines.' },
            { name: 'INP|OUT|FW[XIO]', entries: { filter: 'by-name' } },
            { name: 'PRT', entries: { nat: [at('POSTROUTING')] } },
        ],
        common: '[A-Z]{3}',
    },
    {
        owner: 'ufw',
        prefix: /^ufw6?-/,
        chains: [
            { name: '.*', purpose: "One of ufw's chains." },
            {
                name: '(?:before-logging|before|after|after-logging|reject|track)-(?:input|output|forward)',
                entries: { filter: 'by-name' },
            },
        ],
        common: '[a-z-]+',
    },
    { owner: 'fail2ban', prefix: /^f2b-/, chains: [] },
    { owner: 'netbird', prefix: /^NETBIRD-/, chains: [] },
    {
        // kube-proxy in nftables mode writes the Service's name into the chain's.
        owner: 'kube-proxy',
        prefix: /^(?:service|external|firewall|endpoint|local)-(?=[A-Z2-7]{8}-)/,
        chains: [],
    },
    {
        // firewalld's chains have no prefix, only forms.
        owner: null,
        prefix: /^/,
        chains: [
            {
                name: '(?:IN|FWD|FWDI|FWDO|PRE|POST)_[A-Za-z0-9-]+(?:_(?:pre|log|deny|allow|post))?',
                owner: 'firewalld',
            },
            {
                name: '(?:INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING)_(?:direct|ZONES|ZONES_SOURCE|POLICIES_pre|POLICIES_post|IN_ZONES|OUT_ZONES|IN_ZONES_SOURCE|OUT_ZONES_SOURCE)',
                owner: 'firewalld',
            },
            { name: '(?:INPUT|FORWARD|OUTPUT)_(?:direct|ZONES)', entries: { filter: 'by-name' } },
            { name: 'FORWARD_(?:IN|OUT)_ZONES', entries: { filter: 'by-name' } },
            { name: '(?:PREROUTING|POSTROUTING|OUTPUT)_direct', entries: { nat: 'by-name' } },
            { name: '(?:PREROUTING|POSTROUTING)_ZONES', entries: { nat: 'by-name' } },
        ],
        common: 'PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING',
    },
];

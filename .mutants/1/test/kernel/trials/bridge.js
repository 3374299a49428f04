const FORWARDED = { from: 'client', to: '10.9.0.1' };
const SETUP = `
  link set eth0 nomaster
  addr flush dev eth0
  link add br0 address 02:00:00:00:00:0b type bridge
  link set br0 up
  link set eth0 master br0
  link add port2 type veth peer name port2p
  link set port2 master br0
  link set port2 up
  link set port2p up
  addr add 192.168.1.1/24 dev br0
  neigh add 192.168.1.3 lladdr 02:00:00:00:00:03 dev br0`;
const PHYSDEV = (chain) => `
      -A ${chain} -p udp -m physdev --physdev-is-in
      -A ${chain} -p udp -m physdev ! --physdev-is-in
      -A ${chain} -p udp -m physdev --physdev-is-bridged
      -A ${chain} -p udp -m physdev ! --physdev-is-bridged
      -A ${chain} -p udp -m physdev --physdev-is-out
      -A ${chain} -p udp -m physdev ! --physdev-is-out
      -A ${chain} -p udp -m physdev ! --physdev-out nothere
      -A ${chain} -p udp -m physdev --physdev-in nothere
      -A ${chain} -p udp -m physdev ! --physdev-in nothere
      -A ${chain} -p udp -i br0 -o br0
      -A ${chain} -p udp -i eth0
      -A ${chain} -p udp -o eth1
      -A ${chain} -p udp -o port2`;
/** Beliefs about bridges, whose frames br_netfilter shows to iptables. */
export const BRIDGE = {
    'a packet from a port of a bridge, routed on': {
        from: 'client',
        to: '10.9.0.1',
        via: 'br0',
        setup: SETUP,
        rules: `
      *mangle
      :FORWARD ACCEPT
      ${PHYSDEV('FORWARD')}`,
    },
    'a packet that a rewritten destination leads back into its bridge': {
        from: 'client',
        to: '10.9.0.1',
        via: 'br0',
        setup: SETUP,
        rules: `
      *nat
      :PREROUTING ACCEPT
      -A PREROUTING -p udp -j DNAT --to-destination 192.168.1.3
      *mangle
      :FORWARD ACCEPT
      ${PHYSDEV('FORWARD')}`,
    },
    'an interface that is no bridge has no bridge ports': {
        ...FORWARDED,
        rules: `
      *mangle
      :FORWARD ACCEPT
      ${PHYSDEV('FORWARD')}`,
    },
};

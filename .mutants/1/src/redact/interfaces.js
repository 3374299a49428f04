import { letters } from './letters.js';
/** Names that every node has, or that a program gives its one interface: they tell nothing of the cluster. */
const COMMON = /^(?:lo|eth\d+|en[os]\d+|enp\d+s\d+(?:f\d+)?|ens\d+f\d+|bond\d+|wlan\d+|docker0|cni0|cbr0|cnio0|kube-bridge|kube-ipvs0|kube-dummy-if|nodelocaldns|flannel(?:\.1|-v6\.1|-wg)|vxlan\.calico|vxlan-v6\.calico|wireguard\.cali|bpfin\.cali|bpfout\.cali|tunl0|ip6tnl0|sit0|gre0|gretap0|erspan0|dummy0|cilium_(?:host|net|vxlan|geneve|wg0)|lxc_health|weave|vethwe-bridge|vethwe-datapath|datapath|virbr0|azure0|antrea-gw0|antrea-tun0|ovs-system|genev_sys_6081|podman0|cni-podman0|kindnet)$/;
/** What generated names begin with. The rest is an identifier; rules match the beginning (`cali+`, `veth+`). */
const GENERATED = /^(vethwepl|veth|cali|lxc|eni|azv|gke|tap|tun|vnet|nic|br-|cni-|vxlan|wg|dummy|macvlan|ipvlan|tailscale)/;
/** Twice what the kernel takes, and a label or VLAN behind it: what is longer is no interface, and gets a name like one. */
const LONGEST = 40;
/** Gives interfaces new names. Patterns (`cali+`) go on matching the interfaces that they matched. */
export class InterfaceNames {
    #key;
    #aliases = new Map();
    #taken = new Set();
    #bases = new Set();
    constructor(key) {
        this.#key = key;
    }
    /** Notes a pattern of a rule, `NAME+`: interfaces that begin with NAME will begin with its alias. */
    notePattern(pattern) {
        if (pattern.endsWith('+'))
            this.#bases.add(pattern.slice(0, -1));
    }
    /** @returns the new name of an interface, or of a pattern. At most 15 characters, as the kernel allows. */
    rename(name) {
        if (name === '' || name === '+' || name === '*')
            return name;
        if (name.endsWith('+'))
            return `${this.#base(name.slice(0, -1))}+`;
        // `eth0:1` is a label of eth0, `eth0.100` a VLAN on it.
        const [, parent = '', tail = ''] = name.length > LONGEST ? [] : (/^(.*?)([.:@]\w*)$/.exec(name) ?? []);
        if (COMMON.test(name))
            return name;
        if (parent !== '')
            return `${this.rename(parent)}${/^[.:]\d{1,4}$/.test(tail) ? tail : ''}`;
        const known = this.#aliases.get(name);
        if (known !== undefined)
            return known;
        const alias = this.#make(name);
        this.#aliases.set(name, alias);
        this.#taken.add(alias);
        return alias;
    }
    #make(name) {
        const base = [...this.#bases]
            .filter((pattern) => name.startsWith(pattern))
            .sort((a, b) => b.length - a.length)[0];
        const head = base === undefined ? (GENERATED.exec(name)?.[1] ?? 'if') : this.#base(base);
        for (let number = 0;; number++) {
            const alias = head.slice(0, 9) + letters(`${this.#key} if ${name} ${number}`, 6, 'hex');
            if (!this.#taken.has(alias))
                return alias;
        }
    }
    #base(base) {
        const generated = GENERATED.exec(base)?.[1];
        // The beginning of a common name, `eth` of `eth0`, is as common.
        if (base === '' ||
            generated === base ||
            /^(?:eth|en[ops]?|bond|wlan|docker|cni|flannel|cilium_?|weave)$/.test(base))
            return base;
        if (generated !== undefined && generated.length < base.length) {
            return generated + letters(`${this.#key} base ${base}`, 2, 'hex');
        }
        return `w${letters(`${this.#key} base ${base}`, 3, 'hex')}`;
    }
}

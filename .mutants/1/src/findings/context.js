import { parseConntrackStats } from '../conntrack/parse-stats.js';
import { entersServices } from '../explain/proxies/enters-services.js';
import { findProxies, proxyText } from '../explain/proxies/find-proxies.js';
import { silentAbout } from '../explain/proxies/not-captured.js';
import { nodeAddress, thisNode, thisNodeName } from '../explain/question/this-node.js';
import { programmedBy } from '../explain/services/carriers.js';
import { kubeProxyTables } from '../explain/services/nft/kube-proxy-tables.js';
import { Namer } from '../explain/trace/namer.js';
import { toolOf } from '../iptables/tool.js';
import { IpvsTable } from '../ipvs/table.js';
import { omittedNamespaces } from '../kubernetes/omitted-namespaces.js';
import { ProblemList } from '../problems/problem.js';
import { CHAINS, hasRole, OF_SERVICE } from '../proxy/chains.js';
import { parseMinorVersion } from './expected/behaviour.js';
import { listExpectedPorts } from './expected/expected-port.js';
import { focusedOn, isAskedFor, isFocusedHash } from './focus.js';
import { groupBy } from './group.js';
import { withoutCut, withoutOlder } from './known-part.js';
import { rulesTo, wholeRulesets } from './rule-list.js';
import { causeOf, isPartOfStale } from './survey/cause.js';
import { choosePorts } from './survey/choose-ports.js';
import { detectPods } from './survey/local-detection.js';
import { surveyNamed } from './survey/named-ports.js';
import { takesNodePortsInNft } from './survey/nft/detect-nft.js';
import { balancesAt, nodePortJumps, takesNodePorts } from './survey/node-port-rules.js';
import { Surveyor } from './survey/survey.js';
import { Follower } from './survey/world.js';
/** What findings share of one capture: each part is made when it is first asked for. */
export class CheckContext {
    input;
    known;
    /** The same with the chains of all Services, where only one is asked about: for what is counted, or learned from all. */
    whole;
    node;
    minor;
    #cache = new Map();
    constructor(input) {
        this.input = input;
        this.whole = this.#isCut ? withoutCut(input.known) : withoutOlder(input.known);
        this.known = focusedOn(this.whole, input.focus);
        this.node = ownNode(input.known);
        this.minor = parseMinorVersion(input.kubeProxyVersion);
    }
    get #isCut() {
        return (this.input.cutInputs ?? []).length > 0;
    }
    /** Puts names to chains and addresses. */
    get namer() {
        return this.#once('namer', () => new Namer(this.known));
    }
    get follower() {
        return this.#once('follower', () => new Follower(this.known, this.namer));
    }
    /** Every Service port that the rules program. */
    get programmed() {
        return this.#once('programmed', () => programmedBy(this.known, (hash) => isFocusedHash(hash, this.input.focus)).filter((item) => isAskedFor(item, this.input)));
    }
    /** Every Service port that kube-proxy must serve; null where the API objects for that were not captured. */
    get expected() {
        return this.#once('expected', () => {
            const isWanted = ({ service }) => !this.omitted.has(service.namespace) && isAskedFor(service, this.input);
            return listExpectedPorts(this.known.cluster)?.filter(isWanted) ?? null;
        });
    }
    /** Namespaces whose EndpointSlices were not captured. */
    get omitted() {
        return omittedNamespaces(this.known.cluster);
    }
    /** Counters of `conntrack -S`, added up over all CPUs; null where they were not captured. */
    get conntrackTotals() {
        const { conntrackStats } = this.input;
        if (conntrackStats === null)
            return null;
        // Lines that cannot be read are told by `conntrack`.
        return parseConntrackStats(conntrackStats, 'conntrack -S', new ProblemList())?.totals ?? null;
    }
    /** @returns the program that lists and changes the rules that stand there, for commands. */
    tool(place) {
        return toolOf(place, this.known.rulesets);
    }
    /** @returns how the rules tell pods from others. */
    detection(family) {
        return this.#once(`detection ${family}`, () => detectPods(this.whole, family));
    }
    /** Why the rules are not compared with the API; null where they are. */
    get notCompared() {
        const { proxyMode, rulesets, ipvs } = this.known;
        if (proxyMode === 'none')
            return `no rules of kube-proxy were found${this.#whoElse}`;
        const inIpvs = proxyMode === 'ipvs' && ipvs instanceof IpvsTable && !ipvs.incomplete;
        const inNft = proxyMode === 'nftables' && kubeProxyTables(this.known).some(({ cut }) => !cut);
        if (proxyMode !== 'iptables' && !inIpvs && !inNft)
            return proxyMode === 'nftables' && this.known.nft != null ? NO_TABLE : MODE_REASONS[proxyMode];
        if (inIpvs && this.known.host.ipsets === null)
            return NO_SETS;
        if (this.#isCut)
            return `not all of ${(this.input.cutInputs ?? []).join(', ')} could be read`;
        if (this.input.known.cluster.olderEndpointsOnly === true)
            return 'the capture has Endpoints and no EndpointSlices, which kube-proxy goes by';
        if (this.expected === null)
            return 'the capture has no Services or no EndpointSlices';
        if (inNft)
            return null;
        if (rulesets.every(({ form }) => form !== 'save'))
            return 'a listing shows only a part of the rules';
        if (!rulesets.some(({ tables }) => tables.has('nat')))
            return 'the capture has no nat table';
        if (!inIpvs && this.standIns.length > 0 && !rulesets.some(entersServices))
            return `no rule of kube-proxy is for any Service${this.#whoElse}`;
        return null;
    }
    /** Proxies that may serve in kube-proxy's place what no rule here is for. */
    get standIns() {
        return this.#once('stand-ins', () => findProxies(this.known).filter(({ proxy }) => proxy.serves === 'its-place'));
    }
    /** Who else may carry Services, or what would tell: the end of a clause. */
    get #whoElse() {
        if (this.standIns.length > 0)
            return `, and ${this.standIns.map(proxyText).join('; ')}, which kp-explain does not follow`;
        const silent = silentAbout(this.known, 'ipv4');
        return silent === null ? '' : `, and what else may carry Services was not captured: ${silent.text}`;
    }
    /** Where the rules do something else than the API says. */
    get deviations() {
        return this.#survey.deviations;
    }
    /** @returns the deviations that this cause explains. */
    deviationsBy(...causes) {
        const byCause = this.#once('causes', () => {
            const setting = {
                known: this.known,
                detection: (family) => this.detection(family),
                flushed: (family) => this.flushed(family),
            };
            const told = this.deviations
                .filter((deviation) => !this.isLeftToOthers(deviation))
                .map((deviation) => ({ deviation, cause: causeOf(deviation, setting) }));
            const stale = new Set(told.flatMap(({ deviation, cause }) => (cause === 'stale' ? [deviation.port] : [])));
            const groups = groupBy(told, ({ deviation, cause }) => stale.has(deviation.port) && isPartOfStale(deviation, cause) ? 'stale' : cause);
            return new Map([...groups].map(([cause, list]) => [cause, list.map(({ deviation }) => deviation)]));
        });
        return causes.flatMap((cause) => byCause.get(cause) ?? []);
    }
    /** @returns true where no rule is for the Service port, and a proxy stands here that may serve it instead: nothing can be said then. */
    isLeftToOthers({ culprit, port }) {
        return this.standIns.length > 0 && (culprit.kind === 'no-rule' || this.flushed(port.family));
    }
    /** @returns true where the family's nat table was captured and has no rule for any Service. */
    flushed(family) {
        if (this.known.proxyMode === 'ipvs' || this.known.proxyMode === 'nftables')
            return false;
        return this.#once(`flushed ${family}`, () => {
            const tables = wholeRulesets(this.known.rulesets)
                .filter((ruleset) => ruleset.family === family)
                .map(({ tables: all }) => all.get('nat'))
                .filter((nat) => nat !== undefined);
            const isEntry = (target) => hasRole(target, ...OF_SERVICE);
            return tables.length > 0 && tables.every((nat) => rulesTo(nat, CHAINS.services, isEntry).next().done);
        });
    }
    /** What becomes of packets for Services that rules alone name; null where the capture has Services, or kube-proxy runs in another mode. */
    get named() {
        return this.#once('named', () => {
            const { cluster, proxyMode } = this.input.known;
            if (this.input.focus?.arrives === true)
                return null;
            const alone = cluster.services === null && this.notCompared !== null;
            return alone && !Object.hasOwn(MODE_REASONS, proxyMode) ? surveyNamed(this) : null;
        });
    }
    get coverage() {
        return { ...this.#survey.coverage, named: this.named?.followed ?? 0 };
    }
    get #survey() {
        return this.#once('survey', () => {
            const reason = this.notCompared;
            const expected = this.expected ?? [];
            const ports = this.expected === null ? null : expected.length;
            if (reason !== null)
                return { deviations: [], coverage: { ports, followed: 0, reason } };
            const chosen = choosePorts(expected.filter(({ family }) => this.hasRules(family)), this);
            const surveyor = new Surveyor({
                known: this.known,
                node: this.node,
                minor: this.minor,
                detection: { ipv4: this.detection('ipv4'), ipv6: this.detection('ipv6') },
                refusals: { ipv4: this.#tellsRefusals('ipv4'), ipv6: this.#tellsRefusals('ipv6') },
                nodePorts: { ipv4: this.#takesNodePorts('ipv4'), ipv6: this.#takesNodePorts('ipv6') },
                follower: this.follower,
            });
            const deviations = chosen.flatMap((port) => surveyor.survey(port));
            return { deviations, coverage: { ports, followed: chosen.length, reason: null } };
        });
    }
    #tellsRefusals(family) {
        return this.known.proxyMode === 'nftables' ? this.hasRules(family) : this.hasTable(family, 'filter');
    }
    /** @returns true where the capture holds whole tables of the family: nat as iptables-save prints it, or that of nftables mode. */
    hasRules(family) {
        if (this.known.proxyMode === 'nftables')
            return kubeProxyTables(this.known).some((each) => each.family === family && !each.cut);
        return this.hasTable(family, 'nat');
    }
    /** @returns true where the capture holds this table of the family, as iptables-save prints it. */
    hasTable(family, table) {
        return this.known.rulesets.some((ruleset) => ruleset.family === family && ruleset.form === 'save' && ruleset.tables.has(table));
    }
    #takesNodePorts(family) {
        const address = nodeAddress(this.known, family);
        if (address === null)
            return false;
        if (this.known.proxyMode === 'nftables')
            return takesNodePortsInNft(this.known, address);
        if (this.known.proxyMode === 'ipvs')
            return balancesAt(this.known, address);
        return takesNodePorts(nodePortJumps(this.known, family), address);
    }
    #once(key, make) {
        if (!this.#cache.has(key))
            this.#cache.set(key, make());
        return this.#cache.get(key);
    }
}
/** A Node's zone is also that of the endpoints on it. */
function ownNode(known) {
    const name = thisNodeName(known);
    const told = thisNode(known)?.zone ?? null;
    if (told !== null || name === null)
        return { name, zone: told };
    const here = known.cluster.endpoints?.find(({ node, zone }) => node === name && zone !== null);
    return { name, zone: here?.zone ?? null };
}
/** In IPVS mode the sets decide with the rules: without them each rule may match. */
const NO_SETS = 'the capture has no ipsets, which the rules of IPVS mode ask';
const NO_TABLE = 'kube-proxy runs in nftables mode, and nft lists no whole table of it';
const MODE_REASONS = {
    nftables: 'kube-proxy runs in nftables mode, and its rules were not captured (`nft -j list ruleset`)',
    ipvs: 'kube-proxy runs in IPVS mode, and IPVS was not captured (`ipvsadm-save -n`)',
    userspace: 'kube-proxy runs in userspace mode, where no rule names an endpoint',
};

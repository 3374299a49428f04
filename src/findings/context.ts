import { parseConntrackStats } from '../conntrack/parse-stats.ts';
import { type FoundProxy, findProxies } from '../explain/proxies/find-proxies.ts';
import type { Known } from '../explain/question/question.ts';
import type { ServiceItem } from '../explain/service-list.ts';
import { programmedBy } from '../explain/services/carriers.ts';
import { kubeProxyTables } from '../explain/services/nft/kube-proxy-tables.ts';
import { Namer } from '../explain/trace/namer.ts';
import { growthOfConntrack, growthOfLine } from '../host/counter-sample.ts';
import type { TableName } from '../iptables/ruleset.ts';
import { type RulesetPlace, toolOf } from '../iptables/tool.ts';
import { IpvsTable } from '../ipvs/table.ts';
import { omittedNamespaces } from '../kubernetes/omitted-namespaces.ts';
import type { Family } from '../net/address.ts';
import { ProblemList } from '../problems/problem.ts';
import { CHAINS, hasRole, OF_SERVICE } from '../proxy/chains.ts';
import { rateText } from '../words/rate.ts';
import { coverageOf } from './across/across-nodes.ts';
import type { CheckInput, Coverage, CoverageGap } from './check-input.ts';
import { leftOpenGaps, uncaptured } from './coverage-gaps.ts';
import { parseMinorVersion } from './expected/behaviour.ts';
import { type ExpectedPort, listExpectedPorts } from './expected/expected-port.ts';
import { ownNode } from './expected/own-node.ts';
import type { OwnNode } from './expected/usable-endpoints.ts';
import { focusedOn, isAskedFor, isFocusedHash } from './focus.ts';
import { groupBy } from './group.ts';
import { withoutCut, withoutOlder } from './known-part.ts';
import { MODE_REASONS, whyNotCompared } from './not-compared.ts';
import { rulesTo, wholeRulesets } from './rule-list.ts';
import { type Cause, causeOf, isPartOfStale } from './survey/cause.ts';
import { choosePorts } from './survey/choose-ports.ts';
import type { DetectedPods } from './survey/detected-pods.ts';
import type { Deviation } from './survey/deviation.ts';
import { detectPods } from './survey/local-detection.ts';
import { type NamedSurvey, surveyNamed } from './survey/named-ports.ts';
import { takesNodePortsHere } from './survey/node-port-choice.ts';
import { ProgrammedPorts } from './survey/programmed-ports.ts';
import { isCertain, Surveyor } from './survey/survey.ts';
import { Follower } from './survey/world.ts';

/** What findings share of one capture: each part is made when it is first asked for. */
export class CheckContext {
  readonly input: CheckInput;
  readonly known: Known;
  /** The same with the chains of all Services, where only one is asked about: for what is counted, or learned from all. */
  readonly whole: Known;
  readonly node: OwnNode;
  readonly minor: number | null;
  readonly #cache = new Map<string, unknown>();

  constructor(input: CheckInput) {
    this.input = input;
    this.whole = this.#isCut ? withoutCut(input.known) : withoutOlder(input.known);
    this.known = focusedOn(this.whole, input.focus);
    this.node = ownNode(input.known);
    this.minor = parseMinorVersion(input.kubeProxyVersion);
  }

  get #isCut(): boolean {
    return (this.input.cutInputs ?? []).length > 0;
  }

  /** Puts names to chains and addresses. */
  get namer(): Namer {
    return this.#once('namer', () => new Namer(this.known));
  }

  get follower(): Follower {
    return this.#once('follower', () => new Follower(this.known, this.namer));
  }

  /** Every Service port that the rules program. */
  get programmed(): readonly ServiceItem[] {
    return this.#once('programmed', () =>
      programmedBy(
        this.known,
        (hash) => isFocusedHash(hash, this.input.focus),
        (item) => isAskedFor(item, this.input),
      ),
    );
  }

  /** What this mode of kube-proxy programs, IPVS among them, by what the API has. */
  get programmedPorts(): ProgrammedPorts {
    return this.#once('programmed ports', () => ProgrammedPorts.in(this.known, this.programmed));
  }

  /** Every Service port that kube-proxy must serve; null where the API objects for that were not captured. */
  get expected(): readonly ExpectedPort[] | null {
    return this.#once('expected', () => {
      return this.#asked?.filter(({ service }) => !this.omitted.has(service.namespace)) ?? null;
    });
  }

  /** With those whose endpoints were not captured. */
  get #asked(): readonly ExpectedPort[] | null {
    return this.#once('asked', () => {
      const { cluster, book } = this.known;
      if (this.input.focus === undefined) return listExpectedPorts(cluster);
      return listExpectedPorts(cluster, { isAsked: (service) => isAskedFor(service, this.input), book });
    });
  }

  /** Namespaces whose EndpointSlices were not captured. */
  get omitted(): ReadonlySet<string> {
    return omittedNamespaces(this.known.cluster);
  }

  /** Counters of `conntrack -S`, added up over all CPUs; null where they were not captured. */
  get conntrackTotals(): ReadonlyMap<string, number> | null {
    const { conntrackStats } = this.input;
    if (conntrackStats === null) return null;
    // Lines that cannot be read are told by `conntrack`.
    return parseConntrackStats(conntrackStats, 'conntrack -S', new ProblemList())?.totals ?? null;
  }

  /** @returns how fast the rule, or the policy, of this line counts, in words; null where no second sample tells. */
  rateOfLine(ruleset: RulesetPlace, { line }: { readonly line: number | null }): string | null {
    const growth = growthOfLine(this.input.counterSample, ruleset, line);
    return growth === null ? null : rateText(growth);
  }

  /** @returns how fast a counter of `conntrack -S` counts, in words; null where no second sample tells. */
  rateOfConntrack(counter: string): string | null {
    const growth = growthOfConntrack(this.input.counterSample, counter);
    return growth === null ? null : rateText(growth);
  }

  /** @returns the program that lists and changes the rules that stand there, for commands. */
  tool(place: RulesetPlace): string {
    return toolOf(place, this.known.rulesets);
  }

  /** @returns how the rules tell pods from others. */
  detection(family: Family): DetectedPods {
    return this.#once(`detection ${family}`, () => detectPods(this.whole, family));
  }

  /** Why the rules are not compared with the API; null where they are. */
  get notCompared(): string | null {
    return whyNotCompared(this);
  }

  /** Proxies that may serve in kube-proxy's place what no rule here is for. */
  get standIns(): readonly FoundProxy[] {
    return this.#once('stand-ins', () =>
      findProxies(this.known).filter(({ proxy }) => proxy.serves === 'its-place'),
    );
  }

  /** Where the rules do something else than the API says. */
  get deviations(): readonly Deviation[] {
    return this.#survey.deviations;
  }

  /** @returns what goes wrong under conditions that no capture answers, for these causes. */
  perhapsBy(...causes: readonly Cause[]): readonly Deviation[] {
    return this.#survey.perhaps.filter((one) => causes.includes(causeOf(one, this.#setting)));
  }

  get #setting(): Parameters<typeof causeOf>[1] {
    return {
      known: this.known,
      detection: (family: Family) => this.detection(family),
      flushed: (family: Family) => this.flushed(family),
    };
  }

  /** @returns the deviations that this cause explains. */
  deviationsBy(...causes: readonly Cause[]): readonly Deviation[] {
    const byCause = this.#once('causes', () => {
      const setting = this.#setting;
      const told = this.deviations
        .filter((deviation) => !this.isLeftToOthers(deviation))
        .map((deviation) => ({ deviation, cause: causeOf(deviation, setting) }));
      const stale = new Set(
        told.flatMap(({ deviation, cause }) => (cause === 'stale' ? [deviation.port] : [])),
      );
      const groups = groupBy(told, ({ deviation, cause }) =>
        stale.has(deviation.port) && isPartOfStale(deviation, cause) ? 'stale' : cause,
      );
      return new Map([...groups].map(([cause, list]) => [cause, list.map(({ deviation }) => deviation)]));
    });
    return causes.flatMap((cause) => byCause.get(cause) ?? []);
  }

  /** @returns true where no rule is for the Service port, and a proxy stands here that may serve it instead: nothing can be said then. */
  isLeftToOthers({ culprit, port }: Deviation): boolean {
    return this.standIns.length > 0 && (culprit.kind === 'no-rule' || this.flushed(port.family));
  }

  /** @returns true where the family's nat table was captured and has no rule for any Service. */
  flushed(family: Family): boolean {
    if (this.known.proxyMode === 'ipvs' || this.known.proxyMode === 'nftables') return false;
    return this.#once(`flushed ${family}`, () => {
      const tables = wholeRulesets(this.known.rulesets)
        .filter((ruleset) => ruleset.family === family)
        .map(({ tables: all }) => all.get('nat'))
        .filter((nat) => nat !== undefined);
      const isEntry = (target: string) => hasRole(target, ...OF_SERVICE);
      return tables.length > 0 && tables.every((nat) => rulesTo(nat, CHAINS.services, isEntry).next().done);
    });
  }

  /** What becomes of packets for Services that rules alone name; null where the capture has Services, or kube-proxy runs in another mode. */
  get named(): NamedSurvey | null {
    return this.#once('named', () => {
      const { cluster, proxyMode, ipvs } = this.input.known;
      const told = !Object.hasOwn(MODE_REASONS, proxyMode) || ipvs instanceof IpvsTable;
      if (!told || cluster.services !== null || this.input.focus?.arrives === true) return null;
      return this.notCompared === null ? null : surveyNamed(this, (item) => isAskedFor(item, this.input));
    });
  }

  /** Service ports that were not compared, though others were. */
  get gaps(): readonly CoverageGap[] {
    if (this.notCompared !== null) return [];
    return this.input.focus?.arrives === true
      ? uncaptured(this.#asked ?? [], this)
      : this.#survey.coverage.gaps;
  }

  get coverage(): Coverage {
    return {
      ...this.#survey.coverage,
      named: this.named?.followed ?? 0,
      across: coverageOf(this.input.across ?? null),
    };
  }

  get #survey(): {
    readonly deviations: readonly Deviation[];
    readonly perhaps: readonly Deviation[];
    readonly coverage: Omit<Coverage, 'named' | 'across'>;
  } {
    return this.#once('survey', () => {
      const reason = this.notCompared;
      const expected = this.expected ?? [];
      const asked = this.#asked;
      const ports = asked?.length ?? null;
      if (reason !== null)
        return { deviations: [], perhaps: [], coverage: { ports, followed: 0, gaps: [], reason } };
      const chosen = choosePorts(
        expected.filter(({ family }) => this.hasRules(family)),
        this,
      );
      const surveyor = new Surveyor({
        known: this.known,
        node: this.node,
        minor: this.minor,
        detection: { ipv4: this.detection('ipv4'), ipv6: this.detection('ipv6') },
        refusals: { ipv4: this.#tellsRefusals('ipv4'), ipv6: this.#tellsRefusals('ipv6') },
        nodePorts: { ipv4: this.takesNodePorts('ipv4') === true, ipv6: this.takesNodePorts('ipv6') === true },
        follower: this.follower,
        programmed: this.programmedPorts,
      });
      const surveyed = chosen.map((port) => ({ port, ...surveyor.survey(port) }));
      const met = surveyed.flatMap((one) => one.met);
      const open = leftOpenGaps(surveyed);
      const gaps = [...uncaptured(asked ?? [], this), ...open];
      const followed = chosen.length - open.reduce((sum, gap) => sum + gap.ports, 0);
      const [deviations, perhaps] = [met.filter(isCertain), met.filter((one) => !isCertain(one))];
      return { deviations, perhaps, coverage: { ports, followed, gaps, reason: null } };
    });
  }

  #tellsRefusals(family: Family): boolean {
    return this.known.proxyMode === 'nftables' ? this.hasRules(family) : this.hasTable(family, 'filter');
  }

  /** @returns true where the capture holds whole tables of the family: nat as iptables-save prints it, or that of nftables mode. */
  hasRules(family: Family): boolean {
    if (this.known.proxyMode === 'nftables')
      return kubeProxyTables(this.known).some((each) => each.family === family && !each.cut);
    return this.hasTable(family, 'nat');
  }

  /** @returns true where the capture holds this table of the family, as iptables-save prints it. */
  hasTable(family: Family, table: TableName): boolean {
    return this.known.rulesets.some(
      (ruleset) => ruleset.family === family && ruleset.form === 'save' && ruleset.tables.has(table),
    );
  }

  /** @returns whether node ports are meant to be reached at the node's address; null: nothing tells. */
  takesNodePorts(family: Family): boolean | null {
    return takesNodePortsHere(this.known, this.input.kubeProxyFlags, family);
  }

  #once<T>(key: string, make: () => T): T {
    if (!this.#cache.has(key)) this.#cache.set(key, make());
    return this.#cache.get(key) as T;
  }
}

import type { ListedTable } from '../source.ts';
import { type AskedTable, askedTable } from './route-command.ts';

const KIND = '(?:unicast|local|broadcast|anycast|multicast|blackhole|unreachable|prohibit|throw|nat)';
const TO = '(?:default|(?:\\d+(?:\\.\\d+){1,3}|[\\da-f]*:[\\da-f:]*:[\\da-f.:]*)(?:/\\d+)?)';

/** What print_route (ip/iproute.c) may print behind a destination. */
const WORDS =
  '(?:from|as|encap|tos|nhid|via|dev|table|proto|scope|src|metric|dead|onlink|pervasive|offload|rt_offload|trap|rt_trap|notify|linkdown|unresolved|mark|flow|realms?|lock|mtu|window|rtt|rttvar|ssthresh|cwnd|advmss|reordering|hoplimit|initcwnd|features|rto_min|initrwnd|quickack|congctl|cc_algo|fastopen_no_cookie|error|users|age|expires|ipid|iif|pref|ttl-propagate)';

/** The destination of a route, and what follows it. */
const ROUTE = new RegExp(`^\\s*((?:${KIND} )?${TO})(?:\\s+(\\\\|${WORDS}(?:\\s.*)?))?\\s*$`);

const REFUSING = /^\s*(?:blackhole|unreachable|prohibit|throw) /;

/** How the lines around one tell that it is a route's. */
export interface Around {
  /** The command whose output should follow; null where none was typed. */
  readonly command: string | null;
  /** The line stands directly below routes. */
  readonly isBelowRoutes: boolean;
  /** The line before it was passed over. */
  readonly isBelowLost: boolean;
  readonly next: string;
  readonly isNextRoute: () => boolean;
}

/** Lines of `ip route` in a paste: those that name no way, which the lines around them tell, and the table that each is in. */
export class RouteBlocks {
  readonly #listed: ListedTable[] = [];
  #asked: AskedTable | null = null;

  /**
   * A line that on its own may be prose: `default` above its next hops, `unreachable 10.99.0.0/16`.
   * @returns `route` where it is one, `part` where it is what is left of one, null where it is of no route.
   */
  tell(text: string, around: Around): 'route' | 'part' | null {
    const asked = around.command === null ? null : askedTable(around.command);
    // Nothing was ever put into it.
    if (asked !== null && /^Error: ipv[46]: FIB table does not exist/.test(text)) this.#note(asked);
    const isExpected = asked !== null || around.isBelowRoutes;
    if (/^\s+nexthop\s/.test(text)) {
      const isOrphan = around.isBelowRoutes ? around.isBelowLost : asked !== null;
      return isOrphan ? 'part' : null;
    }
    const [, , rest] = ROUTE.exec(text) ?? [];
    if (!ROUTE.test(text)) return null;
    if (/\bnexthop (?:via|dev|encap|as) \S/.test(around.next)) return 'route';
    if (REFUSING.test(text)) return isExpected || around.isNextRoute() ? 'route' : null;
    if (!isExpected) return null;
    return rest === undefined ? 'part' : 'route';
  }

  /** @param command that printed the lines that follow; null: none was typed. */
  begin(command: string | null): void {
    this.#asked = command === null ? null : askedTable(command);
    if (this.#asked !== null) this.#note(this.#asked);
  }

  /** @returns the line as `ip route show table all` prints it, which names the table of each route but those of main. */
  inTable(text: string): string {
    const named = / table (\S+)/.exec(text)?.[1];
    if (this.#asked === null) this.#note({ family: null, table: named === undefined ? 'main' : 'all' });
    if (named !== undefined) return text;
    const table = this.#asked === null || this.#asked.table === 'all' ? 'main' : this.#asked.table;
    return table === 'main' && !isBare(text) ? text : text.replace(ROUTE_START, `$1 table ${table} `);
  }

  /** @returns the tables that were listed whole. */
  listed(): readonly ListedTable[] {
    return this.#listed;
  }

  #note({ family, table }: AskedTable): void {
    for (const one of family === null ? (['ipv4', 'ipv6'] as const) : [family])
      if (!this.#listed.some((each) => each.family === one && each.table === table))
        this.#listed.push({ family: one, table });
  }
}

const ROUTE_START = new RegExp(`^(\\s*(?:${KIND} )?${TO})(?=\\s|$) ?`);

/** Without the table it could not be told from prose by the lines around it, which a source of its own lacks. */
function isBare(text: string): boolean {
  const [, , rest] = ROUTE.exec(text) ?? [];
  return ROUTE.test(text) && (rest === undefined || !/^(?:via|dev|proto|nhid|metric|encap) /.test(rest));
}

import type { TraceList } from '../../src/explain/trace-list.ts';
import { run } from '../cli/run-main.ts';

/** Names that would mean something in some format: each is to stay text in all. */
export const HOSTILE = [
  '<script>window.owned=1</script><img src=x onerror=window.owned=1>',
  '</script><script>window.owned=1</script><!--',
  `" onmouseover="window.owned=1" x='`,
  '&lt;b&gt; &#60;script&#62; %3Cscript%3E',
  '"]; click t0b0 "javascript:window.owned=1"; a["',
  'end\n  subgraph x["y"]\n  A-->B %% #quot; `**md**`',
  '\\N\\G\\l" ]; node [shape=star]; x [label="',
  '[click](javascript:alert(1)) ![x](http://evil.example/x.png) <http://evil.example>',
  '`` ` ``` @someone #1 http://evil.example www.evil.example | a | $x$ ~~x~~ __y__ **z**',
  '\u202egnp.exe\u0007\u001b[2J',
  '1. - not a list',
] as const;

/** What other strings of a document may not be changed into: the program's own words. */
const WORDS =
  /^(?:kp-explain\/v1|TraceList|pod|node|external|given|ipv4|ipv6|tcp|udp|accept|drop|reject|queue|unknown|none|masquerade|snat|original|reply|interface|local|breaks|may-break|request|answer|clusterIP|api|hash|comment)$/;

/** @returns the demo's trace with a hostile name in the place of every name and sentence. */
export async function hostileTrace(name: string): Promise<TraceList> {
  const { out } = await run(['trace', 'shop/web', '--demo', '-o', 'json']);
  const spoil = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((one) => spoil(one, key));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([field, one]) => [field, spoil(one, field)]));
    if (typeof value !== 'string' || WORDS.test(value) || ['hook', 'code', 'action', 'address'].includes(key))
      return value;
    return key === 'chain' || key === 'target' ? `${name}${value}` : name;
  };
  return spoil(JSON.parse(out), '') as TraceList;
}

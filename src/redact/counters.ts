import { fieldsOf, numberOf, objectOf, objectsOf, textOf } from '../json/fields.ts';

/** Counters of `conntrack -S` (conntrack-tools, src/conntrack.c). */
const COUNTERS = new Set(
  'searched found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error error search_restart clash_resolve chaintoolong'.split(
    ' ',
  ),
);

/** @returns `counters.json` with only what is read of it: numbers, and words of our own. Lines keep their numbers in new names, too. */
export function plainCounters(value: unknown): object {
  const document = fieldsOf(value);
  const conntrack = objectOf(document.conntrack);
  return {
    apiVersion: 'kp-explain/v1',
    kind: 'CounterSample',
    rules: objectsOf(document.rules).map((fields) => ({
      family: /^ipv[46]$/.exec(textOf(fields.family) ?? '')?.[0] ?? null,
      backend: /^iptables-(?:nft|legacy)$/.exec(textOf(fields.backend) ?? '')?.[0] ?? null,
      seconds: secondsOf(fields.seconds),
      grown: listOfNumbers(fields.grown),
      unknown: listOfNumbers(fields.unknown),
    })),
    conntrack:
      conntrack === null
        ? null
        : {
            seconds: secondsOf(conntrack.seconds),
            grown: Object.fromEntries(
              Object.entries(fieldsOf(conntrack.grown)).filter(
                ([name, count]) => COUNTERS.has(name) && numberOf(count) !== null,
              ),
            ),
          },
  };
}

function secondsOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** What is no number makes the list unreadable, and not shorter. */
function listOfNumbers(value: unknown): unknown {
  if (!Array.isArray(value)) return null;
  return value.map((item) => (Array.isArray(item) ? item.map(numberOf) : numberOf(item)));
}

import { it } from 'vitest';
import { ask, packetOf, pathOf, summary, worldOf } from './ask.ts';

it('x', () => {
  const t = '*filter\n-A FORWARD -p udp -j ACCEPT\n-A FORWARD -p tcp -j X\n:X -\n';
  console.log(ask(t).outcomes.map((o) => [summary(o), pathOf(o)]));
  console.log(worldOf(t, packetOf({}), {}).rulesets[0]?.tables.get('filter')?.chains);
});

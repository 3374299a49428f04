import { copyFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeInput } from './make-input.ts';
import { PARSERS } from './parsers.ts';
import { Watchdog } from './watchdog.ts';

/**
 * `npm run test:attack -- --inputs N [--commands N] [--seed S] [--only NAME]`: N mutated inputs over all parsers, and N commands
 * on mutated captures. Prints what it found, and how many there were of each; status 1 where it found anything.
 */
// The program reads its version beside its sources, which were compiled into this folder.
copyFileSync('package.json', new URL('../../package.json', import.meta.url));

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    commands: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const seed = Number(values.seed);
const watchdog = new Watchdog(1.5e9);
const kinds = new Map<string, number>();

/** Each kind of fault is told once, with the way to make it again. */
function found(target: string, input: number, error: unknown): void {
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const place =
    (error instanceof Error ? (error.stack ?? '') : '').split('\n').find((line) => line.includes(' at ')) ??
    '';
  const kind = `${target.replace(/ of .*/, '')} ${words.replace(/\d+/g, 'N').slice(0, 40)} ${place.trim()}`;
  const times = (kinds.get(kind) ?? 0) + 1;
  kinds.set(kind, times);
  if (times === 1)
    console.log(
      `FOUND ${target}, seed ${seed}, input ${input}: ${words.slice(0, 1_000)}\n    ${place.trim()}`,
    );
}

const wanted = PARSERS.filter(({ name }) => name.includes(values.only));
const each = Math.ceil(Number(values.inputs) / wanted.length);
let total = 0;
for (const parser of wanted) {
  const start = performance.now();
  for (let input = 0; input < each; input++) {
    watchdog.at(`${parser.name}, seed ${seed}, input ${input}`, 10);
    try {
      await parser.run(makeInput(parser, seed, input));
    } catch (error) {
      found(parser.name, input, error);
    }
  }
  total += each;
  console.log(
    `${String(each).padStart(9)} ${parser.name} (${Math.round((performance.now() - start) / 1000)} s)`,
  );
}
console.log(`${total} mutated inputs of ${wanted.length} parsers, seed ${seed}`);

if (Number(values.commands) > 0) {
  const { attackCommand } = await import('./commands.ts');
  const start = performance.now();
  const statuses = new Map<string, number>();
  for (let input = 0; input < Number(values.commands); input++) {
    watchdog.at(`commands, seed ${seed}, input ${input}`, 60);
    try {
      const { argv, status, wrong } = await attackCommand(seed, input);
      statuses.set(`${argv[0]} ${status}`, (statuses.get(`${argv[0]} ${status}`) ?? 0) + 1);
      if (wrong !== null) found(`commands ${argv[0]}`, input, new Error(`${argv.join(' ')}: ${wrong}`));
    } catch (error) {
      found('commands', input, error);
    }
    // A long run that is stopped has told how far it came.
    if ((input + 1) % 1000 === 0)
      console.log(
        `${String(input + 1).padStart(9)} commands (${Math.round((performance.now() - start) / 1000)} s)`,
      );
  }
  const asTold = [...statuses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, times]) => `${what}: ${times}`);
  console.log(`commands by exit status: ${asTold.join(', ')}`);
  console.log(
    `${values.commands} mutated commands, seed ${seed} (${Math.round((performance.now() - start) / 1000)} s)`,
  );
}
const faults = [...kinds.values()].reduce((sum, times) => sum + times, 0);
console.log(`${faults} faults of ${kinds.size} kinds`);
process.exitCode = faults > 0 ? 1 : 0;

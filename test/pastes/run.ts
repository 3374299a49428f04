import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanDumps } from './clean-dumps.ts';
import { Judge, type Judgement } from './judge-pastes.ts';

/**
 * `npm run test:pastes -- --count 10000 --seed N [--from M] [--keep FOLDER]`: pastes real dumps badly, and counts how the
 * answers stand to those of the clean dump. A wrong one is made again with its number after --from and --count of one more;
 * pastes that are answered wrong are kept in the folder.
 */
// The program reads its version beside its sources, which were compiled into this folder, and documents are held to their schemas.
const compiled = join(import.meta.dirname, '../..');
copyFileSync('package.json', join(compiled, 'package.json'));
cpSync('schema', join(compiled, 'schema'), { recursive: true });
const args = process.argv.slice(2);
const numberOf = (name: string, otherwise: number): number => {
  const at = args.indexOf(name);
  return at < 0 ? otherwise : Number(args[at + 1]);
};
const count = numberOf('--count', 2000);
const from = numberOf('--from', 0);
const folder = args.includes('--keep') ? args[args.indexOf('--keep') + 1] : undefined;
if (folder !== undefined) mkdirSync(folder, { recursive: true });
const seed = numberOf('--seed', 1);
const judges = cleanDumps(process.cwd()).map((clean) => new Judge(clean));
const counts: Record<Judgement, number> = { same: 0, open: 0, refused: 0, wrong: 0 };
for (let index = from; index < count; index++) {
  const judge = judges[index % judges.length];
  if (judge === undefined) throw new Error('no dumps');
  const { judgement, what, text } = await judge.judge(seed + index);
  counts[judgement]++;
  if (judgement === 'wrong') {
    console.log(`WRONG ${index}, ${what}`);
    if (folder !== undefined) writeFileSync(join(folder, `${seed + index}.txt`), text);
  }
  // A long run that is stopped has told how far it came.
  if ((index + 1) % 500 === 0 || index + 1 === count) report(index + 1);
}
process.exitCode = counts.wrong > 0 ? 1 : 0;

function report(done: number): void {
  console.log(
    `${done - from} pastes: ${counts.same} answered the same, ${counts.open} left open, ${counts.refused} refused, ${counts.wrong} wrong`,
  );
}

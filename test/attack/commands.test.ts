import { expect, it } from 'vitest';
import { attackCommand } from './commands.ts';

/** `npm run test:attack -- --commands N` runs thousands. */
const COMMANDS = 40;

it('answers commands on mutated captures with a status, in its format, with sums that add up and no character unseen', async () => {
  for (let input = 0; input < COMMANDS; input++) {
    const { argv, wrong } = await attackCommand(0, input);
    expect(wrong, `command ${input}: ${argv.join(' ')}`).toBeNull();
  }
}, 300_000);

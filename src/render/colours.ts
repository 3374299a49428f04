/**
 * A function that may wrap text in colour codes. Give it text that is escaped already. It takes one text and looks at
 * nothing else, so that it may be handed to `map`.
 */
export type Paint = (text: string) => string;

/** The few colours the program uses, named for what they say. */
export interface Colours {
  readonly enabled: boolean;
  readonly heading: Paint;
  /** What answers the question. */
  readonly strong: Paint;
  /** What may be skipped. */
  readonly faint: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warning: Paint;
  /** Names: Services, chains, pods. */
  readonly name: Paint;
}

const plain: Paint = (text) => text;

/** A function of chalk prints all its arguments: handed to `map`, it would print the index and the lines too. */
function paintOf(print: (...texts: string[]) => string): Paint {
  return (text) => print(text);
}

/** No colours at all. */
export const NO_COLOURS: Colours = {
  enabled: false,
  heading: plain,
  strong: plain,
  faint: plain,
  good: plain,
  bad: plain,
  warning: plain,
  name: plain,
};

/**
 * Decides whether to use colour: on a terminal only; `FORCE_COLOR` (not `0` or `false`) turns it on anywhere and
 * wins, `NO_COLOR` (any value but the empty one, no-color.org) and `TERM=dumb` turn it off.
 */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return isTerminal && env.TERM !== 'dumb';
}

/** @returns the colours; chalk is loaded only where they are wanted. */
export async function loadColours(wanted: boolean): Promise<Colours> {
  if (!wanted) return NO_COLOURS;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return {
    enabled: true,
    heading: paintOf(chalk.bold),
    strong: paintOf(chalk.bold),
    faint: paintOf(chalk.dim),
    good: paintOf(chalk.green),
    bad: paintOf(chalk.red),
    warning: paintOf(chalk.yellow),
    name: paintOf(chalk.cyan),
  };
}

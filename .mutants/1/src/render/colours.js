const plain = (text) => text;
/** A function of chalk prints all its arguments: handed to `map`, it would print the index and the lines too. */
function paintOf(print) {
    return (text) => print(text);
}
/** No colours at all. */
export const NO_COLOURS = {
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
export function wantsColour(isTerminal, env) {
    const forced = env.FORCE_COLOR;
    if (forced !== undefined)
        return forced !== '0' && forced !== 'false';
    if (env.NO_COLOR !== undefined && env.NO_COLOR !== '')
        return false;
    return isTerminal && env.TERM !== 'dumb';
}
/** @returns the colours; chalk is loaded only where they are wanted. */
export async function loadColours(wanted) {
    if (!wanted)
        return NO_COLOURS;
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

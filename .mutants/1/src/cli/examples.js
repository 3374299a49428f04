/** @returns the examples of a command's help, each with what it asks. */
export function formatExamples(program, examples) {
    const lines = examples.map(([command, meaning]) => `  # ${meaning}\n  ${command.replaceAll('kp-explain', program)}`);
    return `\nExamples:\n${lines.join('\n')}`;
}

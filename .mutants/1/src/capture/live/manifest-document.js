/** @returns the manifest as a file of the capture: JSON, each command on one line. */
export function manifestText(manifest) {
    const commands = manifest.commands.map((record) => `  ${JSON.stringify(record)}`).join(',\n');
    const text = JSON.stringify({ ...manifest, commands: [] }, null, 1);
    return Buffer.from(`${text.replace('"commands": []', () => `"commands": [\n${commands}\n ]`)}\n`);
}

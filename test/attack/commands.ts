export async function attackCommands(_: object): Promise<void> {}

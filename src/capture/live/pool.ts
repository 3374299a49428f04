/**
 * Runs tasks, at most `width` at once, in order. The first that throws ends the rest before they start.
 * @returns their results in order, once all that were started have ended. Throws the first error.
 */
export async function runPool<T>(width: number, tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const errors: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < tasks.length && errors.length === 0) {
      const index = next++;
      try {
        const task = tasks[index];
        if (task !== undefined) results[index] = await task();
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, tasks.length) }, work));
  if (errors.length > 0) throw errors[0];
  return results;
}

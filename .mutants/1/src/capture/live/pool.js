/**
 * Runs tasks, at most `width` at once, in order. The first that throws ends the rest before they start.
 * @returns their results in order, once all that were started have ended. Throws the first error.
 */
export async function runPool(width, tasks) {
    const results = [];
    const errors = [];
    let next = 0;
    const work = async () => {
        while (next < tasks.length && errors.length === 0) {
            const index = next++;
            try {
                const task = tasks[index];
                if (task !== undefined)
                    results[index] = await task();
            }
            catch (error) {
                errors.push(error);
            }
        }
    };
    await Promise.all(Array.from({ length: Math.min(width, tasks.length) }, work));
    if (errors.length > 0)
        throw errors[0];
    return results;
}

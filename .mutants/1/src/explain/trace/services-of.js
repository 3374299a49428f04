/**
 * Names the Service of each outcome by the rules it passed itself: a listing that lost addresses leaves open which
 * Service's rule matches, and then every way has its own.
 */
export function servicesOf(trace, namer, destination) {
    const each = trace.outcomes.map(({ path }) => namer.serviceOf({ ...trace, steps: path.map(({ step }) => step) }) ?? destination.named);
    // Ways that end before any Service's rule say nothing against the others.
    const named = each.filter((service) => service !== null);
    const [first = destination.named] = named;
    const differ = named.some((service) => JSON.stringify(service) !== JSON.stringify(first));
    return { each, common: differ ? null : first };
}

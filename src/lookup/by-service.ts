/** What names the Service that it is of, as an endpoint does. */
interface OfService {
  readonly namespace: string;
  readonly service: string;
}

/** Keeps something for each Service that endpoints are of. Those of one slice follow each other: theirs is looked up once. */
export class ByService<Kept> {
  readonly #make: () => Kept;
  readonly #byName = new Map<string, Kept>();
  #last: { readonly of: OfService; readonly kept: Kept } | null = null;

  /** @param make what is kept of a Service that is met for the first time */
  constructor(make: () => Kept) {
    this.#make = make;
  }

  /** @returns what is kept for the Service of this endpoint. */
  of(endpoint: OfService): Kept {
    const { namespace, service } = endpoint;
    if (this.#last?.of.service === service && this.#last.of.namespace === namespace) return this.#last.kept;
    const name = `${namespace}/${service}`;
    const kept = this.#byName.get(name) ?? this.#make();
    this.#byName.set(name, kept);
    this.#last = { of: endpoint, kept };
    return kept;
  }

  /** By `namespace/service`, as they were met. */
  get byName(): ReadonlyMap<string, Kept> {
    return this.#byName;
  }
}

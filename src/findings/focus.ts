/** The one Service that is asked about: others are neither followed nor told of. */
export interface Focus {
  readonly namespace: string;
  readonly name: string;
}

/** @returns true where no Service is asked for, or this one is. */
export function isAskedFor(
  { namespace, name }: { readonly namespace: string | null; readonly name: string | null },
  { focus }: { readonly focus?: Focus },
): boolean {
  return focus === undefined || (focus.namespace === namespace && focus.name === name);
}

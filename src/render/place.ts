/**
 * @returns where a file of a capture is for those who read the report, from the folder in which the program runs; `exact` false:
 *   that is what holds it, such as an archive. Null where nothing of it is there.
 */
export type PlaceOf = (file: string) => { readonly path: string; readonly exact: boolean } | null;

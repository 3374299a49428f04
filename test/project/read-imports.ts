/** One import of a source file. */
export interface Import {
  readonly specifier: string;
  /**
   * `import type …` and `typeof import(…)`, which leave nothing at run time. `import { type X }` does load the module
   * (verbatimModuleSyntax), so it counts as an import of values.
   */
  readonly typeOnly: boolean;
}

const STATIC = /^(?:import|export)\s+(type\s+)?(?:[\w*{][^'";]*?\sfrom\s+)?'([^']+)'/gm;
const DYNAMIC = /(typeof\s+)?\bimport\(\s*'([^']+)'\s*\)/g;

/** @returns every import and re-export of a source file, also dynamic ones. Relies on the formatter: one quote, at line start. */
export function readImports(source: string): Import[] {
  return [...source.matchAll(STATIC), ...source.matchAll(DYNAMIC)].map(([, type, specifier]) => ({
    specifier: specifier ?? '',
    typeOnly: type !== undefined,
  }));
}

import type { PlainFormat, Renderer, Renderers } from '../render/format.ts';

/** @returns the table of a document that has no other formats: its own text, and what every document has. */
export function plainFormats<D>(text: Renderer<D>): Renderers<D, PlainFormat> {
  return {
    text,
    json: async (document) => {
      const { renderJson } = await import('../render/json.ts');
      return renderJson(document);
    },
    yaml: async (document) => {
      const { renderYaml } = await import('../render/yaml.ts');
      return await renderYaml(document);
    },
  };
}

/** @returns the table of a document that has no other formats: its own text, and what every document has. */
export function plainFormats(text) {
    return {
        text,
        json: async (document) => {
            const { renderJson } = await import('../render/json.js');
            return renderJson(document);
        },
        yaml: async (document) => {
            const { renderYaml } = await import('../render/yaml.js');
            return await renderYaml(document);
        },
    };
}

import { escapeDocument, isUnsafe } from './escape.js';
/** @returns the document as YAML 1.2, safe to print on a terminal. Loads the yaml package when first called. */
export async function renderYaml(value) {
    const { Document, Scalar, visit } = await import('yaml');
    const document = new Document(value, { aliasDuplicateObjects: false });
    visit(document, {
        Scalar(_key, node) {
            if (typeof node.value === 'string' && isUnsafe(node.value))
                node.type = Scalar.QUOTE_DOUBLE;
        },
    });
    // A long string with line ends would be folded: what follows one would begin a line.
    const oneLine = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };
    return escapeDocument(document.toString(oneLine));
}

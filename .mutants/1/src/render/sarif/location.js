/** @returns the place of a line of proof; a region with its text where the line is one of a file that is there. */
export function locationOf({ file, line, text }, placeOf) {
    const artifactLocation = { uri: artifactUri(file, placeOf) };
    const isExact = placeOf(file)?.exact ?? false;
    if (line === null || !isExact)
        return { physicalLocation: { artifactLocation, region: { startLine: 1 } } };
    const snippet = text === null ? {} : { snippet: { text } };
    return { physicalLocation: { artifactLocation, region: { startLine: line, ...snippet } } };
}
/**
 * @returns where the file is as a URI: relative, as code scanning wants it, where it lies below the working folder; of a file in
 *   an archive, the archive. The escape function of SARIF's URIs: blanks, colons and the like are encoded.
 */
export function artifactUri(file, placeOf) {
    const path = (placeOf(file)?.path ?? file).replace(/^\.\//, '');
    const encoded = path.split('/').map(encodePart).join('/');
    if (encoded === '')
        return 'capture';
    return encoded.startsWith('/') ? `file://${encoded}` : encoded;
}
/** `encodeURIComponent` throws on a lone surrogate. */
function encodePart(text) {
    return encodeURIComponent(text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd'));
}

/**
 * @param text `NAMESPACE/NAME`, or a name alone @param namespace where a name alone is looked for
 * @returns both parts of a pod's name, as a question has it
 */
export function podName(
  text: string,
  namespace: string,
): { readonly namespace: string; readonly name: string } {
  const slash = text.indexOf('/');
  return slash < 0
    ? { namespace, name: text }
    : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { DEMOS, demoFolders } from '../capture/demo.js';
import { FINDING_KINDS } from '../findings/registry.js';
import { fieldsOf, listOf, textOf } from '../json/fields.js';
import { readSmallFile } from '../kubernetes/api/small-file.js';
/**
 * @param words of a command line; `-f FOLDER` and `--demo` say which capture is meant
 * @returns names out of that capture's files, of the kubeconfig, and of the program itself. What cannot be read gives none.
 */
export function readNames(words) {
    const folders = foldersOf(words);
    const objects = (file) => folders.flatMap((folder) => objectsIn(join(folder, file)));
    const inFolders = (file, what) => objects(file).map(({ namespace, name }) => ({
        value: namespace === null ? name : `${namespace}/${name}`,
        description: what,
    }));
    return {
        services: () => inFolders('services.json', 'Service'),
        pods: () => inFolders('pods.json', 'pod'),
        nodes: () => inFolders('nodes.json', 'node'),
        namespaces: () => [...new Set(objects('services.json').flatMap(({ namespace }) => namespace ?? []))].map((value) => ({
            value,
            description: 'namespace',
        })),
        chains: () => folders.flatMap((folder) => chainsIn(join(folder, 'iptables-save.txt'))),
        contexts: () => contextsIn(kubeconfigs(words)),
        codes: () => FINDING_KINDS.map(({ code, title }) => ({ value: code, description: title })),
    };
}
function foldersOf(words) {
    const named = DEMOS.find((demo) => words.includes(`--demo=${demo}`));
    const isDemo = words.some((word) => word.startsWith('--demo'));
    const folders = isDemo ? demoFolders(named ?? DEMOS[0] ?? 'iptables') : [];
    return [...folders, ...valuesOf(words, '--file', '-f')];
}
function valuesOf(words, long, short) {
    return words.flatMap((word, index) => {
        if (word === long || word === short)
            return words.slice(index + 1, index + 2);
        return word.startsWith(`${long}=`) ? [word.slice(long.length + 1)] : [];
    });
}
/** A shell waits for the answer: what is large, or may never end, is not read. */
function read(path) {
    try {
        return readSmallFile(path).toString('utf8');
    }
    catch {
        return '';
    }
}
function objectsIn(path) {
    try {
        const { items } = fieldsOf(JSON.parse(read(path)));
        return listOf(items).flatMap((item) => {
            const { name, namespace } = fieldsOf(fieldsOf(item).metadata);
            const known = textOf(name);
            return known === null ? [] : [{ namespace: textOf(namespace), name: known }];
        });
    }
    catch {
        return [];
    }
}
function chainsIn(path) {
    return [...read(path).matchAll(/^:(\S+) /gm)].map(([, value = '']) => ({ value, description: 'chain' }));
}
function kubeconfigs(words) {
    const given = valuesOf(words, '--kubeconfig');
    if (given.length > 0)
        return given;
    const listed = (process.env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
    return listed.length > 0 ? listed : [join(process.env.HOME ?? homedir(), '.kube', 'config')];
}
/** `- name: X` below `contexts:`, as kubectl writes it: a reader of YAML would take longer than the shell waits. */
function contextsIn(paths) {
    return paths.flatMap((path) => {
        const [, block = ''] = /^contexts:[^\n]*\n((?:[ -][^\n]*\n?)*)/m.exec(read(path)) ?? [];
        return [...block.matchAll(/^(?:- | {2})name: "?([^"\n]+?)"?$/gm)].map(([, value = '']) => ({
            value,
            description: 'context',
        }));
    });
}

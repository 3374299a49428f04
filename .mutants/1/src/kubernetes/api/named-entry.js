import { isAbsolute, join } from 'node:path';
/** @returns the path, relative ones from the folder of the kubeconfig that holds them. */
export function pathFrom(folder, path) {
    return isAbsolute(path) ? path : join(folder, path);
}

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
/**
 * Writes the capture again as it would be with one endpoint fewer: the last of the Service in the middle. Its chain, the
 * rule that chooses it and the probabilities of the others change, as kube-proxy would write them.
 */
export function removeOneEndpoint(of, folder) {
    cpSync(of.folder, folder, { recursive: true });
    const lines = readFileSync(of.rulesFile, 'utf8').split('\n');
    const entry = lines.find((line) => line.startsWith(`-A KUBE-SERVICES -d ${of.address}/32 `));
    const service = /-j (KUBE-SVC-\S+)/.exec(entry ?? '')?.[1] ?? '';
    const chosen = lines.filter((line) => line.startsWith(`-A ${service} `) && line.includes(' -j KUBE-SEP-'));
    const gone = /-j (KUBE-SEP-\S+)/.exec(chosen.at(-1) ?? '')?.[1] ?? '';
    let left = chosen.length - 1;
    const kept = lines.flatMap((line) => {
        if (line.startsWith(`:${gone} `) || line.startsWith(`-A ${gone} `) || line === chosen.at(-1))
            return [];
        if (!chosen.includes(line))
            return [line];
        const bare = line.replace(/ -m statistic --mode random --probability \S+/, '');
        const share = (Math.round((1 / left) * 2 ** 31) / 2 ** 31).toFixed(11);
        return [
            left-- === 1 ? bare : bare.replace(' -j ', ` -m statistic --mode random --probability ${share} -j `),
        ];
    });
    writeFileSync(join(folder, 'iptables-save.txt'), kept.join('\n'));
    return folder;
}

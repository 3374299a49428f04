import { gzipSync } from 'node:zlib';
import { LIMITS } from '../../src/capture/limits.js';
import { parseManifest } from '../../src/capture/manifest.js';
import { splitPaste } from '../../src/capture/paste/split-paste.js';
import { recognise } from '../../src/capture/recognise.js';
import { sourceOfBytes } from '../../src/capture/source.js';
import { splitConcatenated } from '../../src/capture/split-concatenated.js';
import { unpackStream } from '../../src/capture/unpack.js';
import { parseExpectations } from '../../src/check/expectations/parse-expectations.js';
import { parseLinks } from '../../src/host/parse-links.js';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.js';
import { parseRecent } from '../../src/host/parse-recent.js';
import { parseRoutes } from '../../src/host/parse-routes.js';
import { parseSysctls } from '../../src/host/parse-sysctls.js';
import { isKubernetes, parseObjects } from '../../src/kubernetes/parse-objects.js';
import { ProblemList } from '../../src/problems/problem.js';
import { parseServiceComment } from '../../src/proxy/comments.js';
import { tar } from '../capture/tar-builder.js';
import * as seeds from './seeds.js';
const objects = (text) => {
    isKubernetes(text);
    return parseObjects({ name: 'x', bytes: Buffer.from(text) }, new ProblemList());
};
const pasted = (text) => {
    const source = sourceOfBytes('x', Buffer.from(text), null);
    const problems = new ProblemList();
    try {
        splitPaste(source, recognise(source.head).kind, problems);
    }
    catch (error) {
        // A paste of two machines is refused, with a clear word.
        if (!(error instanceof Error && 'exitStatus' in error))
            throw error;
    }
};
/** Small limits, so that a bomb ends early. */
const SMALL = { ...LIMITS, totalBytes: 4 << 20, strayFileBytes: 1 << 20, strayFiles: 20 };
async function unpacked(text) {
    async function* bytes() {
        yield Buffer.from(text, 'latin1');
    }
    try {
        await unpackStream('x', bytes(), null, SMALL, new ProblemList());
    }
    catch (error) {
        if (!(error instanceof Error && 'exitStatus' in error))
            throw error;
    }
}
const ARCHIVE = tar([
    { name: 'a'.repeat(99), type: 'L', body: `capture/${'long/'.repeat(30)}iptables-save.txt` },
    { name: 'capture/iptables-save.txt', body: seeds.head('attack/iptables/iptables-save.txt', 20) },
    { name: 'x', type: 'x', body: '30 path=capture/conntrack.txt\n12 size=30\n' },
    { name: 'capture/conntrack.txt', body: seeds.FLOWS.slice(0, 30) },
    { name: 'capture/xt_recent/a', body: seeds.RECENT },
    { name: 'capture/link', type: '2' },
    { name: '../../etc/passwd', body: 'x' },
]);
const lines = (name, seed, run) => ({
    name,
    form: 'lines',
    seed,
    run,
});
const json = (name, seed, run) => ({
    name,
    form: 'json',
    seed,
    run,
});
/** Readers of what stands in captures beside tables, and of what holds it. */
export const READERS = [
    lines('ip addr', seeds.ADDRESSES, (text) => parseLinks(text, 'x', new ProblemList())),
    json('ip -j addr', seeds.LINKS_JSON, (text) => parseLinks(text, 'x', new ProblemList())),
    lines('ip route', seeds.ROUTES, (text) => parseRoutes(text, 'ipv4', 'x', new ProblemList())),
    json('ip -j route', seeds.ROUTES_JSON, (text) => parseRoutes(text, 'ipv4', 'x', new ProblemList())),
    lines('ip rule', seeds.POLICY, (text) => parsePolicyRules(text, 'ipv4', 'x', new ProblemList())),
    json('ip -j rule', seeds.POLICY_JSON, (text) => parsePolicyRules(text, 'ipv4', 'x', new ProblemList())),
    lines('sysctl', seeds.fixture('demo/sysctl.txt'), parseSysctls),
    lines('xt_recent', seeds.RECENT, (text) => parseRecent(text, 'x', new ProblemList())),
    json('a manifest', seeds.fixture('demo/capture.json'), parseManifest),
    lines('expectations', seeds.EXPECTATIONS, (text) => parseExpectations(text, 'x', new Set(['KP101']))),
    lines('objects in YAML', seeds.YAML, objects),
    json('Services in JSON', seeds.fixture('attack/iptables/services.json'), objects),
    json('EndpointSlices in JSON', seeds.fixture('attack/iptables/endpointslices.json'), objects),
    json('Pods in JSON', seeds.fixture('attack/iptables/pods.json'), objects),
    json('Nodes in JSON', seeds.fixture('attack/iptables/nodes.json'), objects),
    lines('a comment', 'shop/web:http has no local endpoints', parseServiceComment),
    ...[seeds.FLOWS, seeds.SETS, seeds.NATIVE, seeds.ROUTES, seeds.YAML, seeds.IPVS_LISTED, seeds.PASTE].map((seed, index) => lines(`what is it? (${index + 1})`, seed, (text) => recognise(Buffer.from(text)))),
    lines('several outputs in one', `${seeds.head('iptables/nat-S-v.txt', 10)}\nCOMMIT\n${seeds.SETS}${seeds.FLOWS}`, (text) => splitConcatenated(sourceOfBytes('x', Buffer.from(text), null), 'iptables-save')),
    lines('a paste', seeds.PASTE, pasted),
    lines('a paste of mail', seeds.fixture('pastes/12-k8s-hostport-mailquote.txt'), pasted),
    lines('a paste of a diff', seeds.fixture('pastes/22-minikube-blog-diff.txt'), pasted),
    { name: 'tar', form: 'archive', seed: ARCHIVE.toString('latin1'), run: unpacked },
    { name: 'tar.gz', form: 'archive', seed: gzipSync(ARCHIVE).toString('latin1'), run: unpacked },
];

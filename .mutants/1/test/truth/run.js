import { join } from 'node:path';
import { checkTruth } from './check-truth.js';
import { runCluster } from './run-cluster.js';
/** Captures of both nodes of one cluster. */
const CLUSTERS = [
    '1.20-iptables-legacy',
    '1.36-iptables-nft',
    '1.36-iptables-nft-forwarddrop',
    '6.1-ipvs-default',
];
/** `npm run truth -- CAPTURE-FOLDER TRUTH-FILE …`: compares answers with what was measured, pair after pair of arguments. */
const args = process.argv.slice(2);
if (args[0] === '--cluster') {
    const shared = join(process.cwd(), '../shared');
    const names = args.length > 1 ? args.slice(1) : CLUSTERS;
    process.exit((await runCluster(join(shared, 'captures'), join(shared, 'truth'), names)) ? 0 : 1);
}
if (args.length === 0 || args.length % 2 !== 0) {
    console.error('usage: npm run truth -- CAPTURE-FOLDER TRUTH-FILE [CAPTURE-FOLDER TRUTH-FILE …]');
    process.exit(2);
}
let failed = false;
for (let i = 0; i < args.length; i += 2) {
    const report = await checkTruth(args[i] ?? '', args[i + 1] ?? '');
    console.log(args[i]);
    const line = (name, { agree, of }) => console.log(`  ${name.padEnd(11)} agree ${agree} of ${of}`);
    line('outcomes', report.outcomes);
    line('backends', report.backends);
    line('masquerade', report.masquerade);
    line('paths', report.paths);
    for (const [name, count] of report.allowed)
        console.log(`  of these ${count} the capture cannot determine: ${name}`);
    for (const [what, counts] of Object.entries(report.unknown))
        for (const [code, count] of counts)
            console.log(`  ${count} ${what} more are answered unknown: ${code}`);
    for (const text of report.disagreements)
        console.log(`  DISAGREE ${text}`);
    if (report.disagreements.length > 0)
        failed = true;
}
process.exitCode = failed ? 1 : 0;

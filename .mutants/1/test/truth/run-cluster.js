import { checkCluster } from './check-cluster.js';
/** What `npm run truth -- --cluster` compares: pairs of captures of one cluster, with what clients of it saw. */
export async function runCluster(captures, truth, names) {
    let agree = true;
    for (const name of names) {
        const both = [name, `${name}-node2`];
        const report = await checkCluster(both.map((each) => `${captures}/${each}`), both.map((each) => `${truth}/${each}.json`));
        console.log(`${name}: agree ${report.agree} of ${report.pairs}`);
        for (const [allowance, count] of report.allowed)
            console.log(`  of these ${count} the captures cannot determine: ${allowance}`);
        for (const text of report.disagreements)
            console.log(`  DISAGREE ${text}`);
        agree &&= report.disagreements.length === 0;
    }
    return agree;
}

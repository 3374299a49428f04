import type { CheckReport, CheckRun, NodeComparison } from '../../check/report.ts';
import { counted, listed } from '../../words/numbers.ts';
import { comparedText } from '../coverage-text.ts';
import { causeList } from './cause.ts';
import { type Html, html } from './html.ts';
import { renderPage } from './page.ts';
import { tableOf } from './table.ts';

/** @param answer as the terminal shows it. @returns the page of `check`; of several nodes, first which one has which finding. */
export async function renderCheckPage(run: CheckRun, answer: string): Promise<string> {
  const { reports, comparisons, failures } = run;
  const failed = reports.filter(({ passed }) => !passed).length;
  const unchecked = failures.filter(({ code }) => code === 'capture-not-checked').length;
  const [only] = reports;
  const isOne = reports.length === 1 && unchecked === 0 && !run.isList;
  const good = failed === 0 && unchecked === 0;
  const whole = counted(reports.length + unchecked, 'capture');
  return await renderPage({
    title:
      isOne && only !== undefined
        ? `What is wrong with ${only.capture.node ?? only.capture.origin}?`
        : `${counted(reports.length + unchecked, 'node')} checked, and who differs`,
    verdict: {
      word: good
        ? `${whole} passed`
        : `${failed} of ${whole} failed${unchecked === 0 ? '' : `, ${unchecked} not checked`}`,
      tone: failed > 0 ? 'bad' : unchecked > 0 ? 'unknown' : 'good',
    },
    answer: isOne ? answer : null,
    captures: reports
      .slice(0, 12)
      .map(({ capture }) => ({ label: isOne ? null : (capture.node ?? null), info: capture })),
    body: [
      ...(isOne ? [] : [fleetOf(reports), ...comparisons.map(comparisonOf)]),
      ...reports.map((report, index) => reportSection(report, index, !isOne)),
      ...(isOne
        ? []
        : [
            html`<details><summary>The same, as a terminal shows it</summary><pre tabindex="0" role="region" aria-label="As a terminal shows it">${answer.trimEnd()}</pre></details>
`,
          ]),
    ],
    problems: [...reports.flatMap(({ problems }) => problems), ...failures],
  });
}

/** Nodes by findings: a word in each cell, so that colour is not all that tells. */
function fleetOf(reports: readonly CheckReport[]): Html {
  const codes = new Map<string, string>();
  for (const { code, title } of reports.flatMap(({ findings }) => findings)) codes.set(code, title);
  const sorted = [...codes].sort(([a], [b]) => (a < b ? -1 : 1));
  return html`<section aria-labelledby="fleet"><h2 id="fleet">Which node has which finding</h2>
<div class="scroll fleet" tabindex="0" role="region" aria-label="Nodes and findings"><table><caption>Nodes and findings; a cell says how many</caption>
<thead><tr><th scope="col">node</th><th scope="col">result</th>${sorted.map(
    ([code, title]) => html`<th scope="col"><abbr title="${title}">${code}</abbr></th>`,
  )}</tr></thead>
<tbody class="find">${reports.map(
    (
      { capture, passed, findings },
      index,
    ) => html`<tr><th scope="row"><a href="#r${index}">${capture.node ?? capture.origin}</a></th><td class="${passed ? 'good' : 'bad'}">${passed ? 'passed' : 'failed'}</td>${sorted.map(
      ([code]) => {
        const here = findings.filter((finding) => finding.code === code);
        const [worst] = here;
        return html`<td class="${worst === undefined ? 'soft' : TONES[worst.severity]}">${worst === undefined ? '–' : `${here.length} ${worst.severity}`}</td>`;
      },
    )}</tr>
`,
  )}</tbody></table></div>
<ul>${sorted.map(
    ([code, title]) => html`<li>${code}: ${title}</li>
`,
  )}</ul></section>
`;
}

const TONES = { error: 'bad', warning: 'unknown', info: 'soft' } as const;

function comparisonOf({ nodes, differences }: NodeComparison): Html {
  return html`<section><h2>Who differs, of ${counted(nodes.length, 'node')}</h2>
${
  differences.length === 0
    ? html`<p>They agree.</p>`
    : tableOf(
        'Nodes that are not like the rest',
        ['who', 'what', 'the rest'],
        differences.map(({ nodes: odd, message, rest }) => [
          odd.join(', '),
          message,
          rest.length === 0 ? 'no majority agrees' : listed(rest),
        ]),
      )
}</section>
`;
}

function reportSection(report: CheckReport, index: number, isNamed: boolean): Html {
  const { capture, findings, expectations, allowed, coverage, passed } = report;
  const name = isNamed ? `: ${capture.node ?? capture.origin}` : '';
  const { reason } = coverage;
  return html`<section aria-labelledby="r${index}"><h2 id="r${index}">Findings${name}</h2>
${isNamed ? html`<p class="${passed ? 'good' : 'bad'}">${passed ? 'passed' : 'failed'}</p>` : null}
<h3>${findings.length === 0 ? 'None' : 'The worst one first'}</h3>
${causeList(findings)}${
  expectations.length === 0
    ? null
    : tableOf(
        'Expectations',
        ['result', 'name', 'what differs'],
        expectations.map(({ name: what, passed: held, message }) => [
          held ? 'holds' : html`<b class="bad">broken</b>`,
          what,
          message,
        ]),
      )
}${
  allowed.length === 0
    ? null
    : tableOf(
        'Findings that are expected',
        ['code', 'about', 'why'],
        allowed.map(({ code, objects, reason: why }) => [code, listed(objects), why]),
      )
}<p class="soft">${reason === null ? comparedText(coverage) : `rules not compared with the API: ${reason}`}</p></section>
`;
}

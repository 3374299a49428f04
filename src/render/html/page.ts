import type { CaptureInfo } from '../../explain/explanation.ts';
import type { ToldProblem } from '../../problems/told-problem.ts';
import { type Html, html, trusted } from './html.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** What a page shows. */
export interface Page {
  /** Of the window, and the heading. */
  readonly title: string;
  /** One word or two: `works`, `2 errors`. */
  readonly verdict: { readonly word: string; readonly tone: 'good' | 'bad' | 'unknown' } | null;
  /** The answer as the terminal shows it; null where the body begins with a better one. */
  readonly answer: string | null;
  /** The states it speaks of, each with a name where there are several. */
  readonly captures: readonly { readonly label: string | null; readonly info: CaptureInfo }[];
  readonly body: readonly Html[];
  readonly problems: readonly ToldProblem[];
}

/**
 * @returns one file that needs nothing else: its policy lets nothing be loaded or run but the style and the script in it, by
 *   their hashes.
 */
export async function renderPage({
  title,
  verdict,
  answer,
  captures,
  body,
  problems,
}: Page): Promise<string> {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${await hashOf(STYLE)}'`,
    `script-src 'sha256-${await hashOf(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="kp-explain">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">To the answer</a>
<header>
<h1>${title}</h1>
${verdict === null ? null : html`<p class="verdict ${verdict.tone}">${verdict.word}</p>`}
${captures.map(({ label, info }) => captureLine(label, info))}
<search class="search"><label for="search">Search this page</label>
<input id="search" type="search" autocomplete="off" spellcheck="false">
<output id="found" for="search" aria-live="polite"></output></search>
</header>
<main id="main">
${answer === null ? null : answerSection(answer)}${body}
${problemList(problems)}
</main>
<footer><p>Made by kp-explain from what was captured, which was only read. What the capture cannot tell is said to be unknown.</p></footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function answerSection(answer: string): Html {
  return html`<section aria-labelledby="answer-title">
<h2 id="answer-title">The answer</h2>
<pre class="answer" tabindex="0" role="region" aria-labelledby="answer-title">${answer.trimEnd()}</pre>
</section>
`;
}

function captureLine(
  label: string | null,
  { origin, node, takenAt, proxyMode, backends }: CaptureInfo,
): Html {
  const parts = [
    ...(node === null ? [] : [`node ${node}`]),
    ...(takenAt === null ? [] : [`taken ${takenAt}`]),
    ...(proxyMode === 'none' ? [] : [`kube-proxy in ${proxyMode} mode`]),
    ...(backends.length === 0 ? [] : [backends.join(', ')]),
  ];
  return html`<p class="capture">${label === null ? null : html`<b>${label}</b> `}${origin}${parts.map((part) => `, ${part}`)}</p>
`;
}

/** @returns what the input did not let us understand; nothing where there is nothing. */
function problemList(problems: readonly ToldProblem[]): Html | null {
  if (problems.length === 0) return null;
  const shown = problems.slice(0, 200);
  return html`<section aria-labelledby="problems"><h2 id="problems">Not understood or not captured</h2>
<ul class="find">${shown.map(
    ({ message, file, line, node }) => html`<li>${placeOf(file ?? node ?? null, line)}${message}</li>
`,
  )}</ul>${problems.length > shown.length ? html`<p>and ${problems.length - shown.length} more</p>` : null}</section>
`;
}

/** @returns where a line stands, as the raw proof names it: `iptables-save.txt:803`, with a space behind it. */
export function placeOf(file: string | null, line: number | null): Html | null {
  if (file === null) return null;
  return html`<code class="place">${file}${line === null ? '' : `:${line}`}</code> `;
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

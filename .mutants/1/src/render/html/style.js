/**
 * The style of every page. Colours have names by what they say; tone is never told by colour alone. It holds no character that
 * `bin/load.cjs` or a policy's hash could see otherwise: plain ASCII.
 */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1a1d21;--soft:#565d66;--line:#c3c9d1;--card:#f6f7f9;--link:#0a52b5;
--good:#1a6b34;--good-bg:#dff3e4;--bad:#a1121f;--bad-bg:#fde3e5;--unknown:#7a4b00;--unknown-bg:#fdf0d5;--ribbon:#8fb3e0;--mark:#ffe37a}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6e9ed;--soft:#a7b0ba;--line:#454d56;--card:#1d2126;--link:#82b4ff;
--good:#7fd69a;--good-bg:#16341f;--bad:#ff9aa2;--bad-bg:#431a1e;--unknown:#f3c775;--unknown-bg:#3a2c0f;--ribbon:#3d618f;--mark:#6b5a00}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:96rem;padding:0 1rem 2rem;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:1rem 0 .3rem;line-height:1.25}h2{font-size:1.2rem;margin:1.6rem 0 .4rem}h3{font-size:1rem;margin:1rem 0 .3rem}
p{margin:.3rem 0}a{color:var(--link)}code,pre,.mono{font-family:ui-monospace,monospace;font-size:.86em}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--bg);padding:.3rem .6rem}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.capture,.soft,footer{color:var(--soft);font-size:.9rem}
.verdict{display:inline-block;font-weight:700;font-size:1.15rem;padding:.15rem .8rem;border-radius:.4rem;border:2px solid currentColor;margin:.3rem 0}
.good{color:var(--good)}.bad{color:var(--bad)}.unknown{color:var(--unknown)}
.verdict.good{background:var(--good-bg)}.verdict.bad{background:var(--bad-bg)}.verdict.unknown{background:var(--unknown-bg)}
.search{display:block;margin:.6rem 0}.search label{margin-right:.5rem}
.search input{font:inherit;padding:.25rem .5rem;width:min(24rem,100%);border:1px solid var(--soft);border-radius:.3rem;background:var(--bg);color:var(--fg)}
.search output{margin-left:.5rem;color:var(--soft)}
pre{margin:.3rem 0;white-space:pre-wrap;background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0}
table{border-collapse:collapse;width:100%;font-size:.92rem}caption{text-align:left;padding:.4rem .6rem;font-weight:600}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-top:1px solid var(--line);min-width:5rem}
thead th{background:var(--card)}
details{border:1px solid var(--line);border-radius:.4rem;margin:.3rem 0;background:var(--card)}
summary{cursor:pointer;padding:.35rem .7rem}details>*:not(summary){margin:.3rem .8rem .5rem}
details:target,details.here{border-color:var(--link)}
.rules{padding-left:1.4rem}.rules li{margin:.4rem 0}.rules code{display:block;white-space:pre-wrap}
.rules code.place,code.place{display:inline;color:var(--soft)}.decides{font-weight:700}
fieldset{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0;padding:.3rem .8rem}
fieldset div{margin:.3rem 0}fieldset label{margin-right:1rem;white-space:normal}
.drawing svg{display:block}.drawing text{font:12px ui-monospace,monospace;fill:var(--fg)}
.drawing .label{font-weight:700}.drawing .lane{fill:none;stroke:var(--line);stroke-dasharray:4 4}.drawing .soft{fill:var(--soft)}
.drawing rect.box{fill:var(--card);stroke:var(--soft)}.drawing .good rect.box{stroke:var(--good);fill:var(--good-bg)}
.drawing .bad rect.box{stroke:var(--bad);fill:var(--bad-bg)}.drawing .unknown rect.box{stroke:var(--unknown);fill:var(--unknown-bg)}
.drawing .decider rect.box{stroke-width:3}.drawing .ribbon{fill:none;stroke:var(--ribbon);stroke-opacity:.75}
.drawing .reply{stroke-dasharray:8 3}.drawing .returns{stroke-dasharray:2 3}
.drawing a:hover rect.box{stroke-width:3}.drawing a:focus{outline:none}.drawing a:focus rect.box{stroke:var(--link);stroke-width:4}
.off{opacity:.18}.hit{background:var(--mark)}.drawing .hit rect.box{fill:var(--mark)}.gone{display:none}
.finding{border-left:.35rem solid var(--line);padding:.1rem .8rem;margin:.8rem 0}.finding.error{border-color:var(--bad)}.finding.warning{border-color:var(--unknown)}
.tag{display:inline-block;border:1px solid currentColor;border-radius:.3rem;padding:0 .4rem;font-size:.85rem;font-weight:700}
ul{padding-left:1.3rem}.fleet td{text-align:center}.fleet th[scope=row]{text-align:left}
.bar{display:block;height:.5rem;width:8rem}.bar rect{fill:var(--ribbon)}
@media print{:root{color-scheme:light}body{max-width:none;font-size:11pt}.search,.skip,fieldset{display:none}
.scroll{overflow:visible;border:0}.drawing svg{max-width:100%;height:auto}details,.finding,tr{break-inside:avoid}details::details-content{content-visibility:visible}}
@media (prefers-reduced-motion:no-preference){.ribbon{transition:stroke-width .2s}}
`;

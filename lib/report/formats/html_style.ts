/**
 * The looks of `html()`: light and dark as the reader's system is, one column on a phone.
 * @module
 */
export const STYLE = `
:root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --ink: #1c2330; --quiet: #5b6475; --line: #dde1e8;
  --ok: #1a7f43; --changed: #0b66c2; --failed: #c62334; --away: #8a3fb5; --skipped: #5b6475; }
@media (prefers-color-scheme: dark) { :root { --back: #12151b; --card: #1b2029; --ink: #e4e8ef; --quiet: #9aa4b5;
  --line: #313846; --ok: #5bc983; --changed: #6db3f7; --failed: #ff7b88; --away: #cf98ee; --skipped: #9aa4b5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 68rem; background: var(--back); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
small, .about, dt, .release, .sent, .took { color: var(--quiet); }
a { color: inherit; }
pre { font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; margin: .5rem 0; padding: .6rem .75rem;
  background: var(--back); border: 1px solid var(--line); border-radius: 6px; max-height: 30rem; overflow: auto; }
.verdict { font-size: 1.15rem; font-weight: 600; margin: .25rem 0 .9rem; }
.ok { --tone: var(--ok); } .changed { --tone: var(--changed); } .failed, .rolled_back { --tone: var(--failed); }
.unreachable { --tone: var(--away); } .skipped { --tone: var(--skipped); }
.verdict, .pill, .counts b, h3 { color: var(--tone, inherit); }
.counts { list-style: none; display: flex; flex-wrap: wrap; gap: .6rem; padding: 0; margin: 0 0 1rem; }
.counts a { display: block; padding: .5rem .9rem; text-decoration: none; background: var(--card);
  border: 1px solid var(--line); border-top: 3px solid var(--tone); border-radius: 6px; }
.counts b { font-size: 1.35rem; }
header dl { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0; }
header dl div { display: flex; gap: .4rem; } dd { margin: 0; }
.notice { padding: .6rem .9rem; margin: 1rem 0 0; border-left: 4px solid var(--failed); background: var(--card); }
.group { padding: .9rem 1rem; margin: 0 0 .8rem; background: var(--card); border: 1px solid var(--line);
  border-left: 4px solid var(--tone); border-radius: 6px; }
.names { margin: 0; } .names > a, .more > a { margin-right: .35rem; }
.more summary { color: var(--quiet); cursor: pointer; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; background: var(--card); width: 100%; overflow-wrap: normal; }
th, td { text-align: left; padding: .35rem .75rem; border: 1px solid var(--line); } th { color: var(--quiet); font-weight: 500; }
.status { background: var(--card); border: 1px solid var(--line); border-radius: 6px; margin: 0 0 .6rem; }
.status > summary { padding: .55rem .75rem; cursor: pointer; }
.pill { font-weight: 600; }
.host { border-top: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 2.4rem; }
.host:has(:target) { outline: 2px solid var(--changed); outline-offset: -2px; }
.host > summary { display: grid; grid-template-columns: 1fr 6rem 5.5rem 4.5rem; gap: .75rem; padding: .45rem .75rem;
  cursor: pointer; font-variant-numeric: tabular-nums; }
.host > summary:hover { background: var(--back); }
.name::before { content: "▸ "; color: var(--quiet); } .host[open] .name::before { content: "▾ "; }
.sent, .took { text-align: right; }
.about { scroll-margin-top: 3.5rem; }
.host > :not(summary) { margin-left: .75rem; margin-right: .75rem; }
.task { padding: .3rem 0 .3rem .75rem; border-left: 2px solid var(--line); margin-bottom: .5rem; }
.task ol { margin: .2rem 0; padding-left: 1.5rem; } .task p { margin: .2rem 0; }
.task dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .3rem 0; }
.task summary { color: var(--quiet); cursor: pointer; }
@media (max-width: 36rem) { .host > summary { grid-template-columns: 1fr auto; gap: .25rem .75rem; }
  .release, .sent { display: none; } .task dl { grid-template-columns: 1fr; } }
@media print { .host { content-visibility: visible; } body { max-width: none; } }
`;

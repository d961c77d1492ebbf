"""The style of a report: light and dark, for screens of all widths and for paper. It loads nothing."""

STYLE = """
:root{color-scheme:light dark;--page:#fff;--text:#1b1f24;--soft:#57606a;--line:#d0d7de;--box:#f6f8fa;--bad:#b42318;
--blue:#1f5fbf;--green:#1a7f4b;--unknown:#6e7781;--stage:#57606a;--people:#8250df;--good:#1a7f4b;--link:#1f5fbf}
@media (prefers-color-scheme:dark){:root{--page:#0f1419;--text:#e6e8eb;--soft:#9aa4af;--line:#30363d;--box:#171c23;
--bad:#ff8a80;--blue:#2f6fd6;--green:#1c8049;--unknown:#6e7781;--stage:#8b949e;--people:#b38cf5;--good:#5fd39a;
--link:#79b0ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1100px;padding:24px 20px;background:var(--page);color:var(--text);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 4px}
h2{font-size:1.15rem;margin:32px 0 10px;padding-bottom:4px;border-bottom:1px solid var(--line)}
.status{margin:0 0 16px;font-weight:600}
.good{color:var(--good)}.bad{color:var(--bad)}
a{color:var(--link)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0}
dt{color:var(--soft)}dd{margin:0}
.failure{border-left:4px solid var(--bad);background:var(--box);padding:14px 16px;margin-top:16px}
.failure h2{margin:0 0 8px;border:0}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600;font-size:.875rem}
td,th{overflow-wrap:normal}td.wide{overflow-wrap:anywhere}.time,.name{white-space:nowrap}
tr.error td{color:var(--bad)}
.note,footer{color:var(--soft);font-size:.875rem}
footer{margin-top:32px}
.timeline text{fill:var(--text);font-size:13px}.timeline .small{fill:var(--soft);font-size:12px}
.timeline .on{fill:#fff;font-weight:600}.timeline .failed-name{fill:var(--bad);font-weight:600}
.timeline .tick{stroke:var(--line)}.timeline .redrive{stroke:var(--people);stroke-width:2;stroke-dasharray:4 3}
.timeline .track{fill:var(--box)}.timeline .stage{fill:var(--stage)}.timeline .failed{fill:var(--bad)}
.timeline .people{fill:var(--people)}.timeline .blue{fill:var(--blue)}.timeline .green{fill:var(--green)}
.timeline .unknown,.timeline .before{fill:var(--unknown)}.timeline .stripes{opacity:.16}
#stripes rect{fill:#000}
@media (max-width:640px){body{padding:16px 12px}
dl{grid-template-columns:1fr;gap:0}dd{margin:0 0 8px}
thead{display:none}tr{display:flex;flex-wrap:wrap;gap:0 12px;padding:6px 0;border-bottom:1px solid var(--line)}
td{border:0;padding:0}td.wide{flex-basis:100%}td:empty{display:none}td[data-name]::before{content:attr(data-name) " ";
color:var(--soft)}}
@media print{:root{--page:#fff;--text:#000;--soft:#444;--line:#bbb;--box:#f4f4f4;--bad:#a00;--blue:#1f5fbf;
--green:#1a7f4b;--stage:#555;--people:#6b3fc0;--good:#1a7f4b;--link:#1f5fbf}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}body{max-width:none;padding:0;font-size:11pt}
tr,.failure{break-inside:avoid}h2{break-after:avoid}}
"""

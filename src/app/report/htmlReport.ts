// Report as one self-contained HTML page: style and drawings are inline, there are no scripts and no
// external resources. It follows the reader's dark or light color scheme.

import type { Drawing } from './drawing.js';
import { escapeHtml } from './escape.js';
import { renderSvg } from './svg.js';

export interface ReportTable {
  readonly head: readonly string[];
  /** Numbers are right-aligned. */
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface ReportSection {
  readonly heading: string;
  readonly paragraphs?: readonly string[];
  readonly table?: ReportTable;
  readonly figure?: {
    /** Text alternative for readers who cannot see the drawing. */
    readonly alt: string;
    readonly drawing: Drawing;
  };
}

export interface ReportOptions {
  readonly title: string;
  readonly sections: readonly ReportSection[];
}

const STYLE = `
:root { color-scheme: light dark; --paper: #ffffff; --sheet: #f6f7f9; --ink: #1f2933; --quiet: #5a6572; --rule: #dde1e6; --accent: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --sheet: #1c2229; --ink: #e4e7eb; --quiet: #9aa5b1; --rule: #313943; --accent: #56b4e9; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { margin: 0 0 1.5rem; font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin: 2.75rem 0 0.75rem; padding-top: 1rem; border-top: 1px solid var(--rule); font-size: 1.25rem; line-height: 1.3; }
p { max-width: 46rem; margin: 0 0 0.75rem; }
nav { margin: 0 0 0.5rem; padding: 0.9rem 1.1rem; background: var(--sheet); border-radius: 8px; font-size: 0.95rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.2rem 1.4rem; margin: 0; padding: 0; list-style: none; }
a { color: var(--accent); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.9rem 0.35rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
th.number, td.number { text-align: right; }
td.number { white-space: nowrap; }
figure { margin: 1.25rem 0 0; }
figure > svg { display: block; max-width: 100%; height: auto; padding: 4px; background: #ffffff; border: 1px solid var(--rule); border-radius: 8px; }
@media print { nav { display: none; } section { break-inside: avoid; } }
`;

/** Combines sections of text, tables and drawings into one self-contained page. */
export function htmlReport({ title, sections }: ReportOptions): string {
  const heading = escapeHtml(title);
  const contents = sections
    .map(({ heading }, i) => `<li><a href="#section-${i + 1}">${escapeHtml(heading)}</a></li>`)
    .join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${heading}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${heading}</h1>
${sections.length > 3 ? `<nav aria-label="Contents"><ul>${contents}</ul></nav>\n` : ''}${sections.map(renderSection).join('\n')}
</main>
</body>
</html>
`;
}

function renderSection(
  { heading, paragraphs = [], table, figure }: ReportSection,
  index: number,
): string {
  const parts = [`<h2>${escapeHtml(heading)}</h2>`];
  parts.push(...paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`));
  if (table !== undefined) parts.push(renderTable(table));
  if (figure !== undefined) {
    parts.push(`<figure>${renderSvg(figure.drawing, figure.alt)}</figure>`);
  }
  return `<section id="section-${index + 1}">\n${parts.join('\n')}\n</section>`;
}

function renderTable({ head, rows }: ReportTable): string {
  // A column is right-aligned if every cell in it is a number.
  const isNumber = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const classAttribute = (column: number): string => (isNumber[column] ? ' class="number"' : '');
  const headCells = head.map(
    (text, column) => `<th scope="col"${classAttribute(column)}>${escapeHtml(text)}</th>`,
  );
  const bodyRows = rows.map((row) => {
    const cells = row.map(
      (cell, column) => `<td${classAttribute(column)}>${escapeHtml(formatCell(cell))}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return (
    `<div class="scroll"><table>\n<thead><tr>${headCells.join('')}</tr></thead>\n` +
    `<tbody>\n${bodyRows.join('\n')}\n</tbody>\n</table></div>`
  );
}

function formatCell(cell: string | number): string {
  if (typeof cell === 'string') return cell;
  return Number.isInteger(cell) ? cell.toLocaleString('en-US') : String(cell);
}

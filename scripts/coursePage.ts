// Vite plugin that renders the chapters of the course into learn.html: text, formulas as MathML,
// cells with their expected output, figures, and the source files that the chapters name.

import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { highlightCode, classHighlighter } from '@lezer/highlight';
import { javascriptLanguage } from '@codemirror/lang-javascript';
import { Marked } from 'marked';
import katex from 'marked-katex-extension';
import type { Plugin } from 'vite';
import type { Cell, Chapter } from '../src/app/course/chapter.js';
import { readCourse, type CourseFile } from '../src/app/course/courseFiles.js';
import { escapeHtml } from '../src/app/report/escape.js';

/** In the page: replaced by the list of chapters, and by the chapters. */
const CONTENTS = '%COURSE_CONTENTS%';
const CHAPTERS = '%COURSE_CHAPTERS%';
/** Folder of the course, relative to the repository. */
const COURSE = 'docs/course';

export interface RenderedCourse {
  readonly contents: string;
  readonly chapters: string;
  /** Files of the repository that the chapters link to or show. */
  readonly files: ReadonlySet<string>;
}

/** The plugin. `root` is the folder of the repository. */
export function coursePage(root: URL): Plugin {
  let files: ReadonlySet<string> = new Set();
  return {
    name: 'inkgrad:course-page',
    transformIndexHtml: {
      order: 'pre',
      handler(html) {
        if (!html.includes(CHAPTERS)) return html;
        const rendered = renderCourse(readCourse(new URL(`${COURSE}/`, root)), root);
        ({ files } = rendered);
        // A function, because `$` in the text has no meaning.
        return html
          .replace(CONTENTS, () => rendered.contents)
          .replace(CHAPTERS, () => rendered.chapters);
      },
    },
    generateBundle() {
      for (const path of files) {
        const source = readFileSync(new URL(path, root));
        this.emitFile({ type: 'asset', fileName: addressOf(path), source });
      }
    },
  };
}

/** Address of a file of the repository, relative to the page: browsers show sources as text. */
export function addressOf(path: string): string {
  const figure = /^docs\/course\/(figures\/.*)$/.exec(path);
  return figure === null ? `source/${path}.txt` : figure[1];
}

/**
 * Renders all chapters as HTML.
 *
 * @throws Error for a link to a file that does not exist, or an invalid formula
 */
export function renderCourse(course: readonly CourseFile[], root: URL): RenderedCourse {
  const files = new Set<string>();
  const names = new Map(course.map(({ name, chapter }) => [name, chapter.number]));
  const resolve = (href: string): string => {
    if (/^(https?:|#)/.test(href)) return href;
    const [path, ...fragment] = href.split('#');
    const number = names.get(path);
    if (number !== undefined) return `#${fragment.at(0) ?? `chapter-${number}`}`;
    const file = posix.join(COURSE, path);
    if (file === 'docs/course' || file === 'docs/course/README.md') return '#';
    if (!existsSync(new URL(file, root))) throw new Error(`course: ${href} does not exist`);
    files.add(file);
    return addressOf(file);
  };
  const marked = new Marked(katex({ output: 'mathml', throwOnError: true, nonStandard: true }), {
    walkTokens(token) {
      if (token.type === 'link' || token.type === 'image')
        token.href = resolve(token.href as string);
      // The page has one heading of the first level, above the chapters.
      if (token.type === 'heading') token.depth = (token.depth as number) + 1;
    },
  });
  const text = (markdown: string): string =>
    keepPunctuation(marked.parse(markdown, { async: false }));
  const figure = (path: string): string => {
    files.add(posix.join(COURSE, path));
    return readFileSync(new URL(`${COURSE}/${path}`, root), 'utf8');
  };
  const chapters = course.map(({ chapter }) => renderChapter(chapter, text, figure)).join('\n');
  const contents = course
    .map(
      ({ chapter: { number, title } }) =>
        `<li><a href="#chapter-${number}">${escapeHtml(title)}</a></li>`,
    )
    .join('\n');
  return { contents: `<ol>\n${contents}\n</ol>`, chapters, files };
}

/** Keeps a punctuation mark on the line of the formula before it. */
function keepPunctuation(html: string): string {
  return html.replaceAll(
    /(<span class="katex">(?:(?!<\/span>)[^])*<\/span>)([.,:;?)]+)/g,
    '<span class="unbroken">$1$2</span>',
  );
}

function renderChapter(
  { number, parts }: Chapter,
  text: (markdown: string) => string,
  figure: (path: string) => string,
): string {
  const body = parts
    .map((part) =>
      part.kind === 'cell' ? renderCell(part.cell, number, figure) : text(part.markdown),
    )
    .join('\n');
  return `<article class="chapter" id="chapter-${number}" data-chapter="${number}">\n${body}\n</article>`;
}

/** A cell with what it prints and shows, which is readable without scripts. */
function renderCell(cell: Cell, chapter: number, figure: (path: string) => string): string {
  const { number, code, output, figures, isDefinition, isSolution } = cell;
  const kind = isDefinition ? 'define' : isSolution ? 'solution' : 'run';
  const printed =
    output === '' ? '' : `<pre class="printed" tabindex="0">${escapeHtml(output)}</pre>\n`;
  const shown = figures.map(({ label, path }) => {
    const size = /<svg [^>]*?width="([\d.]+)" height="([\d.]+)"/.exec(figure(path));
    if (size === null) throw new Error(`course: ${path} states no size`);
    return (
      `<img vite-ignore class="figure" src="./${path}" alt="${escapeHtml(label)}" width="${size[1]}" ` +
      `height="${size[2]}" loading="lazy" />\n`
    );
  });
  return `<section class="code-cell" id="cell-${chapter}-${number}" data-cell="${number}" data-kind="${kind}" aria-label="Cell ${number} of chapter ${chapter}">
<pre class="code" tabindex="0"><code>${highlight(code)}</code></pre>
<div class="cell-results">
${printed}${shown.join('')}</div>
</section>`;
}

/** JavaScript as HTML, with classes for the kinds of words. */
export function highlight(code: string): string {
  let html = '';
  highlightCode(
    code,
    javascriptLanguage.parser.parse(code),
    classHighlighter,
    (text, classes) => {
      html +=
        classes === '' ? escapeHtml(text) : `<span class="${classes}">${escapeHtml(text)}</span>`;
    },
    () => {
      html += '\n';
    },
  );
  return html;
}

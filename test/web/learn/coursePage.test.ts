// The static text of the page of the course: chapters as HTML, with links to sources that are
// published with it.

import { expect, it } from 'vitest';
import { addressOf, highlight, renderCourse } from '../../../scripts/coursePage.js';
import { contentSecurityPolicy } from '../../../scripts/contentSecurityPolicy.js';
import { readCourse } from '../../../src/app/course/courseFiles.js';
import { parseChapter } from '../../../src/app/course/chapter.js';

const ROOT = new URL('../../../', import.meta.url);

function render(markdown: string) {
  const chapter = parseChapter(markdown);
  return renderCourse([{ name: '01-a.md', markdown, chapter }], ROOT);
}

it('renders text, formulas, cells and links', () => {
  const { contents, chapters, files } = render(`# 1 A < B

A formula $x^2$, [this chapter](01-a.md), [a source](../../src/engine/shape.ts), [all](README.md).

\`\`\`js define
const a = '<b>';
\`\`\`

\`\`\`text
<i>
\`\`\`
`);
  expect(contents).toContain('<a href="#chapter-1">A &lt; B</a>');
  expect(chapters).toContain('<h2>1 A &lt; B</h2>');
  expect(chapters).toMatch(/<math [^]*<msup>[^]*<\/math>/);
  expect(chapters).toMatch(
    /<span class="unbroken"><span class="katex"><math [^]*<\/math><\/span>,<\/span>/,
  );
  expect(chapters).toContain('<a href="#chapter-1">this chapter</a>');
  expect(chapters).toContain('<a href="source/src/engine/shape.ts.txt">a source</a>');
  expect(chapters).toContain('<a href="#">all</a>');
  expect(chapters).toContain('data-kind="define"');
  expect(chapters).toContain('&#39;&lt;b&gt;&#39;');
  expect(chapters).toContain('&lt;i&gt;</pre>');
  expect(chapters).not.toMatch(/ style=/); // forbidden by the page's policy
  expect([...files]).toEqual(['src/engine/shape.ts']);
});

it.each([
  ['[gone](../../src/gone.ts)', '../../src/gone.ts does not exist'],
  ['$\\unknown{x}$', 'KaTeX'],
])('rejects %s', (text, message) => {
  expect(() => render(`# 1 A\n\n${text}\n`)).toThrow(message);
});

it('highlights code and keeps its text', () => {
  const html = highlight("const a = 'x'; // <note>\nb();");
  expect(html).toContain('<span class="tok-keyword">const</span>');
  expect(html.replaceAll(/<[^>]*>/g, '')).toBe('const a = &#39;x&#39;; // &lt;note&gt;\nb();');
});

it('sources become text files, figures keep their name', () => {
  expect(addressOf('src/engine/op.ts')).toBe('source/src/engine/op.ts.txt');
  expect(addressOf('docs/course/figures/01-1.svg')).toBe('figures/01-1.svg');
});

it('only the page of the course may evaluate code', () => {
  expect(contentSecurityPolicy('/learn.html')).toContain("'unsafe-eval'");
  expect(contentSecurityPolicy('/index.html').replaceAll("'wasm-unsafe-eval'", '')).not.toContain(
    'eval',
  );
});

it('renders the chapters of the course, whose formulas are valid and complete', () => {
  const { chapters } = renderCourse(readCourse(new URL('docs/course/', ROOT)), ROOT);
  const text = chapters.replaceAll(/<(pre|code|annotation)\b[^]*?<\/\1>/g, '');
  expect(chapters).toContain('<math ');
  expect(text.match(/.*\$.*/g) ?? []).toEqual([]); // no formula was left as text
});

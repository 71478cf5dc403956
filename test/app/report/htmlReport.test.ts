// Tests the HTML report: one self-contained file that escapes all text.

import { describe, expect, it } from 'vitest';
import { Drawing } from '../../../src/app/report/drawing.js';
import { htmlReport } from '../../../src/app/report/htmlReport.js';

const nasty = `<script>alert("1")</script> & 'more'`;
const drawing = new Drawing(30, 20);
drawing.text(1, 1, nasty);
drawing.image(9, 9, Uint8Array.of(255), { width: 1, height: 1 });
const html = htmlReport({
  title: nasty,
  sections: [
    { heading: nasty, paragraphs: [nasty, 'plain'] },
    {
      heading: 'table',
      table: {
        head: ['name', nasty],
        rows: [
          [nasty, 12345],
          ['b', 0.25],
        ],
      },
    },
    { heading: 'picture', figure: { alt: nasty, drawing } },
    { heading: 'last' },
  ],
});

describe('a report', () => {
  it('escapes text everywhere', () => {
    expect(html).not.toContain('<script');
    // Title twice, heading, its entry in the contents, paragraph, table head, cell, and the figure's
    // label and text.
    const escaped = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;';
    expect(html.split(escaped)).toHaveLength(9 + 1);
  });

  it('loads nothing: images are embedded, and the policy forbids other sources', () => {
    expect(html).toContain('<figure><svg role="img"');
    expect(html).toContain('href="data:image/png;base64,');
    expect(html).toContain(
      `content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`,
    );
    expect(html).not.toMatch(/(src|href)="(?!data:|#)/);
    expect(html).not.toMatch(/url\(|@import|https?:/);
  });

  it('is complete HTML in which every element is closed', () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    for (const tag of [
      'html',
      'head',
      'body',
      'main',
      'nav',
      'section',
      'table',
      'tr',
      'td',
      'th',
      'p',
      'figure',
      'svg',
      'ul',
      'li',
    ]) {
      const count = (pattern: string) => html.match(new RegExp(pattern, 'g'))?.length ?? 0;
      expect(count(`</${tag}>`), tag).toBe(count(`<${tag}[ >]`));
      expect(count(`</${tag}>`), tag).toBeGreaterThan(0);
    }
  });

  it('right-aligns columns of numbers, and links to each section', () => {
    expect(html).toContain('<td class="number">12,345</td>');
    expect(html).toContain('<td class="number">0.25</td>');
    expect(html).toContain('<td>b</td>');
    for (const number of [1, 2, 3, 4]) {
      expect(html).toContain(`href="#section-${number}"`);
      expect(html).toContain(`id="section-${number}"`);
    }
    expect(htmlReport({ title: 't', sections: [{ heading: 'only' }] })).not.toContain('<nav');
  });

  it('has a light and a dark theme', () => {
    expect(html).toContain('prefers-color-scheme: dark');
  });
});

// Writes what cells print and show into the Markdown of their chapter.

import type { CellResult } from './runChapter.js';

export interface UpdatedChapter {
  readonly markdown: string;
  /** SVG images by their file name in the folder of figures. */
  readonly figures: ReadonlyMap<string, string>;
}

/** A cell, and the output and the figures after it. */
const CELL =
  /^```js[^\n]*\n.*?^```\n(?:\n```text\n.*?^```\n)?(?:\n(?:!\[[^\]]*\]\(figures\/[^)]*\)\n)+)?/gms;

/**
 * Replaces the output and the figures of every cell.
 *
 * @param results one per cell, in order
 */
export function writeResults(
  markdown: string,
  number: number,
  results: readonly CellResult[],
): UpdatedChapter {
  const figures = new Map<string, string>();
  let index = 0;
  const updated = markdown.replaceAll(CELL, (block) => {
    const { output, figures: shown } = results[index++];
    const code = /^```js[^\n]*\n.*?^```\n/ms.exec(block)![0];
    const links = shown.map(({ label, svg }) => {
      const name = `${String(number).padStart(2, '0')}-${figures.size + 1}.svg`;
      figures.set(name, svg);
      return `![${label}](figures/${name})\n`;
    });
    const text = output === '' ? '' : `\n\`\`\`text\n${output}\n\`\`\`\n`;
    return `${code}${text}${links.length === 0 ? '' : `\n${links.join('')}`}`;
  });
  if (index !== results.length) {
    throw new Error(`course: chapter ${number} has ${index} cells, but ${results.length} results`);
  }
  return { markdown: updated, figures };
}

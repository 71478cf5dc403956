// Runs all cells of a chapter in Node and collects what they print and show.

import type { Cell, Chapter } from './chapter.js';
import type { Figure } from './figure.js';
import { moduleLoader } from './modules.js';
import { Session, type Host } from './session.js';

export interface CellResult {
  readonly cell: Cell;
  /** Printed text without the last line break. */
  readonly output: string;
  readonly figures: readonly Figure[];
  /** In milliseconds. */
  readonly duration: number;
  /** Whether a step count of this cell or one before it was shortened, which changes results. */
  readonly isShortened: boolean;
}

/** Code of the definition cells of each chapter, for the imports `course/N`. */
export function definitionsOf(chapters: readonly Chapter[]): Map<number, string[]> {
  return new Map(
    chapters.map(({ number, cells }) => [
      number,
      cells.filter(({ isDefinition }) => isDefinition).map(({ code }) => code),
    ]),
  );
}

/** A line such as `const steps = 400; // short: 20`. */
const STEPS = /^(const \w+ = )[\d_]+; \/\/ short: (\d+)$/gm;

/** The code with the smaller of each pair of step counts. */
export function shorten(code: string): string {
  return code.replaceAll(STEPS, '$1$2;');
}

/**
 * Runs the cells in order; `onResult` receives the result of each.
 *
 * @param chapters all chapters, because cells may import earlier definitions
 * @param options `short`: with fewer training steps, for a test
 * @throws what a cell throws
 */
export async function runChapter(
  chapter: Chapter,
  chapters: readonly Chapter[],
  { short = false }: { readonly short?: boolean },
  onResult: (result: CellResult) => void,
): Promise<void> {
  let lines: string[] = [];
  let figures: Figure[] = [];
  const host: Host = {
    print: (text) => void lines.push(text),
    show: (figure) => void figures.push(figure),
    load: moduleLoader(definitionsOf(chapters), () => host),
  };
  const session = new Session(host);
  let isShortened = false;
  for (const cell of chapter.cells) {
    [lines, figures] = [[], []];
    const code = short ? shorten(cell.code) : cell.code;
    isShortened ||= code !== cell.code;
    const start = performance.now();
    await session.run(code, `chapter-${chapter.number}-cell-${cell.number}`);
    const duration = performance.now() - start;
    onResult({ cell, output: lines.join('\n'), figures, duration, isShortened });
  }
}

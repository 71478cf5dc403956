// A chapter of the course: its Markdown text and the code cells in it.
//
// A cell is a fenced block of JavaScript. The words after `js` describe it:
//
//     js           runs in order and may use the names of the cells before it
//     js define    contains only imports and definitions; later chapters may import them
//     js solution  solves the exercise; in the page it is hidden until the reader opens it
//     js measured  prints measured numbers, which differ from run to run
//
// A block `text` after a cell contains what it prints. Images after that are the figures it shows.

import { marked, type Token } from 'marked';
import { ArgumentError } from '../../engine/errors.js';

export interface Cell {
  /** Position in the chapter, from 1. */
  readonly number: number;
  readonly code: string;
  readonly isDefinition: boolean;
  readonly isSolution: boolean;
  /** The numbers that it prints differ from run to run. */
  readonly isMeasured: boolean;
  /** What it prints, without the last line break; empty if nothing. */
  readonly output: string;
  /** Figures that it shows, as in the Markdown. */
  readonly figures: readonly FigureLink[];
}

export interface FigureLink {
  readonly label: string;
  /** File of the figure, relative to the chapter. */
  readonly path: string;
}

/** A part of a chapter: text, or a cell with its output and figures. */
export type Part =
  | { readonly kind: 'text'; readonly markdown: string }
  | { readonly kind: 'cell'; readonly cell: Cell };

export interface Chapter {
  readonly number: number;
  /** The first heading, without the number. */
  readonly title: string;
  readonly parts: readonly Part[];
  readonly cells: readonly Cell[];
}

const FLAGS = ['define', 'solution', 'measured'];

/**
 * Parses the Markdown of a chapter, which starts with a heading such as `# 3 Gradient checking`.
 *
 * @throws ArgumentError for a chapter without such a heading, or a cell with an unknown description
 */
export function parseChapter(markdown: string): Chapter {
  const tokens = marked.lexer(markdown);
  const heading = /^# (\d+) (.+)$/m.exec(markdown);
  if (heading === null || tokens[0].type !== 'heading') {
    throw new ArgumentError('course: a chapter starts with a heading "# NUMBER TITLE"');
  }
  const parts: Part[] = [];
  let text = '';
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!isCell(token)) {
      text += token.raw;
      continue;
    }
    if (text.trim() !== '') parts.push({ kind: 'text', markdown: text });
    text = '';
    const { output, figures, next } = readResults(tokens, i + 1);
    const number = parts.filter(({ kind }) => kind === 'cell').length + 1;
    parts.push({ kind: 'cell', cell: { number, ...describe(token), output, figures } });
    i = next - 1;
  }
  if (text.trim() !== '') parts.push({ kind: 'text', markdown: text });
  const cells = parts.flatMap((part) => (part.kind === 'cell' ? [part.cell] : []));
  return { number: Number(heading[1]), title: heading[2], parts, cells };
}

type CodeToken = Token & { readonly type: 'code'; readonly lang?: string; readonly text: string };

const isCell = (token: Token): token is CodeToken =>
  token.type === 'code' && /^js\b/.test((token as CodeToken).lang ?? '');

function describe(
  token: CodeToken,
): Pick<Cell, 'code' | 'isDefinition' | 'isSolution' | 'isMeasured'> {
  const flags = (token.lang ?? '').split(' ').slice(1);
  const unknown = flags.find((flag) => !FLAGS.includes(flag));
  if (unknown !== undefined) {
    throw new ArgumentError(`course: unknown word "${unknown}" after js; use ${FLAGS.join(', ')}`);
  }
  return {
    code: token.text,
    isDefinition: flags.includes('define'),
    isSolution: flags.includes('solution'),
    isMeasured: flags.includes('measured'),
  };
}

/** The output and the figures that follow a cell, and the index of the first token after them. */
function readResults(
  tokens: readonly Token[],
  start: number,
): { output: string; figures: FigureLink[]; next: number } {
  let output = '';
  const figures: FigureLink[] = [];
  let next = start;
  for (let i = start; i < tokens.length; i++) {
    const token = tokens[i];
    if (token.type === 'space') continue;
    if (token.type === 'code' && token.lang === 'text' && output === '' && figures.length === 0) {
      output = (token as CodeToken).text;
    } else {
      const images = imagesIn(token);
      if (images === null) break;
      figures.push(...images);
    }
    next = i + 1;
  }
  return { output, figures, next };
}

/** The figures of a paragraph that consists only of them; null for any other token. */
function imagesIn(token: Token): FigureLink[] | null {
  if (token.type !== 'paragraph') return null;
  const inline = (token.tokens ?? []).filter(({ raw }) => raw.trim() !== '');
  const images = inline.flatMap((part) =>
    part.type === 'image' && (part.href as string).startsWith('figures/')
      ? [{ label: part.text as string, path: part.href as string }]
      : [],
  );
  return images.length > 0 && images.length === inline.length ? images : null;
}

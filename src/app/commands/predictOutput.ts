// The results of `inkgrad predict` as text, as JSON objects and as rows of a CSV table.

import type { Prediction } from '../evaluation/interpret.js';
import { percent } from '../evaluation/percent.js';
import type { CsvField } from '../terminal/csv.js';
import { printable } from '../terminal/printable.js';
import type { Reporter } from '../terminal/reporter.js';
import type { Line } from '../words/line.js';

const BAR_WIDTH = 24;
/** Digits of a probability in a table, after the decimal point. */
const DIGITS = 6;

const NOT_A_CHARACTER = 'not a letter or digit';
const SEVERAL = 'more than one character';

/** A class with its probability. */
interface Named {
  readonly name: string;
  readonly probability: number;
}

/** A row of the table; `text` and `position` are columns only with `--words`. */
interface Row {
  readonly file: string;
  readonly text?: string;
  readonly position?: number;
  /** Null if none was recognized, for `reason`. */
  readonly character: string | null;
  readonly probability?: number;
  readonly reason?: string;
  readonly top?: readonly Named[];
}

/** A recognized character with the notes about it. */
export interface CharacterResult {
  readonly file: string;
  readonly prediction: Prediction;
  readonly kind: string | null;
  /** Whether the image clearly consists of several characters. */
  readonly several: boolean;
  readonly debugFile?: string | undefined;
}

export class PredictOutput {
  readonly #reporter: Reporter;
  readonly #words: boolean;
  readonly #top: number;

  /** Begins the output. */
  constructor(
    reporter: Reporter,
    { words, top }: { readonly words: boolean; readonly top: number },
  ) {
    this.#reporter = reporter;
    this.#words = words;
    this.#top = top;
    const ranks = Array.from({ length: top }, (_, i) => i + 1);
    reporter.emitRow([
      'file',
      ...(words ? ['text', 'position'] : []),
      'character',
      'probability',
      'rejected',
      'reason',
      ...ranks.flatMap((rank) => [`top${rank}`, `probability${rank}`]),
    ]);
  }

  error(file: string, message: string): void {
    this.#reporter.emit({ file, error: message });
    this.#row({ file, character: null, reason: message });
    this.#reporter.warn(message);
  }

  empty(file: string, debugFile?: string): void {
    const debug = debugFile === undefined ? {} : { debugFile };
    this.#reporter.emit({ file, empty: true, kind: null, ...debug });
    this.#row({ file, character: null, reason: 'empty' });
    this.#reporter.print(`${printable(file)}\n  empty: no ink stands out from the background`);
  }

  character({ file, prediction, kind, several, debugFile }: CharacterResult): void {
    const reporter = this.#reporter;
    const { characters, probability, sure, rejected } = prediction;
    const top = prediction.top.map(({ name, probability: share }) => ({
      name,
      probability: share,
    }));
    const note = several ? { severalCharacters: true } : {};
    const debug = debugFile === undefined ? {} : { debugFile };
    const fields = { read: characters, probability, sure, rejected, top, ...note, ...debug };
    reporter.emit({ file, empty: false, kind, ...fields });
    const notes = [
      ...(rejected ? [NOT_A_CHARACTER] : sure ? [] : ['low confidence']),
      ...(several ? [SEVERAL] : []),
    ];
    const character = rejected ? null : characters[0];
    this.#row({ file, character, probability, reason: notes.join('; '), top });
    if (several) reporter.warn(`${printable(file)}: ${SEVERAL}; use --words`);
    const lookAlikes = characters.length > 1 ? ' (look-alikes)' : '';
    const confidenceNote = sure ? '' : `  (low confidence: ${percent(probability, 0)})`;
    const text = rejected
      ? `${reporter.paint('yellow', NOT_A_CHARACTER)}  (most similar: ${characters.join(' or ')})`
      : `${reporter.paint(sure ? 'green' : 'yellow', characters.join(' or '))}${lookAlikes}${confidenceNote}`;
    reporter.print(`${printable(file)}\n  ${text}`);
    const width = Math.max(...top.map(({ name }) => name.length));
    for (const { name, probability: share } of top) {
      const bar = '█'.repeat(Math.round(share * BAR_WIDTH));
      reporter.print(
        `    ${printable(name).padEnd(width)} ${percent(share, 1).padStart(7)}  ${bar}`.trimEnd(),
      );
    }
  }

  /**
   * A line: its text, and every character with its alternatives. A rejected character is the
   * replacement mark in the text, and lists what it is most similar to.
   */
  line(file: string, line: Line, kind: string): void {
    const reporter = this.#reporter;
    const characters = line.characters.map(({ text, probability, rejected, alternatives }) => ({
      text,
      probability,
      rejected,
      top: alternatives
        .slice(0, this.#top)
        .map((alternative) => ({ name: alternative.text, probability: alternative.probability })),
    }));
    reporter.emit({ file, empty: false, kind, text: line.text, characters });
    reporter.print(`${printable(file)}\n  ${reporter.paint('green', line.text)}`);
    characters.forEach(({ text, probability, rejected, top }, i) => {
      const result = rejected ? { character: null, reason: NOT_A_CHARACTER } : { character: text };
      this.#row({ file, text: line.text, position: i + 1, probability, top, ...result });
      const others = top
        .filter(({ name }) => name !== text)
        .map(({ name, probability: share }) => `${name} ${percent(share, 1)}`)
        .join(', ');
      reporter.print(
        rejected
          ? `    ${text} ${reporter.paint('yellow', NOT_A_CHARACTER)}  (most similar: ${others})`
          : `    ${text} ${percent(probability, 1).padStart(7)}  ${others}`.trimEnd(),
      );
    });
  }

  #row({ file, text, position, character, probability, reason = '', top = [] }: Row): void {
    const rounded = (share: number | undefined): CsvField =>
      share === undefined ? null : Number(share.toFixed(DIGITS));
    this.#reporter.emitRow([
      file,
      ...(this.#words ? [text ?? null, position ?? null] : []),
      character,
      rounded(probability),
      character === null,
      reason,
      ...Array.from({ length: this.#top }, (_, i): CsvField[] =>
        i < top.length ? [top[i].name, rounded(top[i].probability)] : [null, null],
      ).flat(),
    ]);
  }
}

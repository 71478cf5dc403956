// Output of the commands: results on stdout; human-readable text moves to stderr when stdout is
// machine-readable (--json). Progress of long work is a bar on a terminal, or a line every ten
// seconds elsewhere.
//
// `cli-progress`, the usual library, had its last release in early 2023. It is not used, because
// the required part is about forty lines here and in progressLine.ts.

import { styleText } from 'node:util';
import { CSV_BREAK, csvRow, type CsvField } from './csv.js';
import { lostOutput, requireOutput, stdoutError, write } from './output.js';
import { printableJson, withoutControls } from './printable.js';
import { logLine, ProgressSeries, terminalLine, type ProgressText } from './progressLine.js';

/** Minimum interval between redraws of the bar; faster updates cost time and show nothing more. */
const REDRAW_MS = 100;
/** Interval between lines in a log, a pipe or a CI service. */
const LOG_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

export interface ReporterOptions {
  /** Print one JSON object per line on stdout, and human-readable text on stderr. */
  readonly json: boolean;
  /** Print comma-separated values on stdout, and human-readable text on stderr. Default false. */
  readonly csv?: boolean;
  /** Omit text and progress; warnings, errors and JSON stay. Default false. */
  readonly quiet?: boolean;
  /**
   * Whether the command stops if stdout fails. False if its results are files: it then continues
   * without output. Default true.
   */
  readonly outputRequired?: boolean;
}

/**
 * Whether a self-rewriting bar is legible: on a terminal that has escape sequences, unless a CI
 * service records it.
 */
function supportsBars(): boolean {
  const { CI, TERM } = process.env;
  const isRecorded = CI !== undefined && CI !== '' && CI !== 'false';
  return process.stderr.isTTY && TERM !== 'dumb' && !isRecorded;
}

/**
 * All output of a command. Methods throw an OutputError if stdout has failed and is required.
 */
export class Reporter {
  readonly #json: boolean;
  readonly #csv: boolean;
  readonly #quiet: boolean;
  readonly #textStream: NodeJS.WriteStream;
  readonly #bars = supportsBars();
  #series = new ProgressSeries(0, 0, 0);
  #lastShown = 0;
  #barShown = false;
  #lossReported = false;

  constructor({ json, csv = false, quiet = false, outputRequired = true }: ReporterOptions) {
    requireOutput(outputRequired);
    this.#json = json;
    this.#csv = csv;
    this.#quiet = quiet;
    this.#textStream = json || csv ? process.stderr : process.stdout;
  }

  /** Prints a line of text; nothing with --quiet. */
  print(text: string): void {
    this.#checkOutput();
    this.clear();
    if (!this.#quiet) write(this.#textStream, `${withoutControls(text, { colors: true })}\n`);
  }

  /** Prints an important line. Always on stderr. */
  warn(text: string): void {
    this.clear();
    const clean = withoutControls(text);
    const colored = process.stderr.isTTY && process.stderr.hasColors();
    const line = colored ? styleText('yellow', clean, { validateStream: false }) : clean;
    write(process.stderr, `${line}\n`);
  }

  /** Prints one JSON object; nothing without --json. */
  emit(value: object): void {
    if (!this.#json) return;
    this.#checkOutput();
    this.clear();
    write(process.stdout, `${printableJson(value)}\n`);
  }

  /** Prints one row of a table; nothing without `csv`. */
  emitRow(fields: readonly CsvField[]): void {
    if (!this.#csv) return;
    this.#checkOutput();
    this.clear();
    write(process.stdout, withoutControls(csvRow(fields)) + CSV_BREAK);
  }

  /**
   * Colors `text` for `print` if the terminal supports colors and NO_COLOR is not set; otherwise
   * returns it unchanged.
   */
  paint(color: 'green' | 'yellow' | 'dim', text: string): string {
    const colored = this.#textStream.isTTY && this.#textStream.hasColors();
    return colored ? styleText(color, text, { validateStream: false }) : text;
  }

  /**
   * Shows the progress of long work, with the remaining time.
   *
   * It may be called at any rate: output appears ten times per second on a terminal and every ten
   * seconds elsewhere. A text given as a function is evaluated only then. `done` increases up to
   * `total`; a smaller `done` or another `total` begins a new piece of work. The next `print` removes
   * the bar.
   */
  progress(done: number, total: number, text: ProgressText): void {
    this.#checkOutput();
    if (this.#quiet) return;
    const now = performance.now();
    if (this.#series.isDifferent(done, total)) {
      this.#series = new ProgressSeries(done, total, now);
      if (!this.#bars) this.#lastShown = now; // work that ends within the interval needs no line
    }
    this.#series.update(done);
    if (now - this.#lastShown < (this.#bars ? REDRAW_MS : LOG_MS)) return;
    this.#lastShown = now;
    const state = this.#series.stateAt(now, text);
    // Some terminals report 0 columns.
    if (this.#bars)
      write(process.stderr, CLEAR_LINE + terminalLine(state, process.stderr.columns || 80));
    else write(process.stderr, `${logLine(state)}\n`);
    this.#barShown = this.#bars;
  }

  /** Removes the bar. */
  clear(): void {
    if (this.#barShown) write(process.stderr, CLEAR_LINE);
    this.#barShown = false;
  }

  /** Stops the command if its output is lost, or reports the loss once and lets it continue. */
  #checkOutput(): void {
    const lost = lostOutput();
    if (lost !== null) throw lost;
    if (this.#lossReported) return;
    const error = stdoutError();
    if (error === null) return;
    this.#lossReported = true;
    if (!error.closed) this.warn(`${error.message}; continuing without output`);
  }
}

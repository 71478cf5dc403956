// Where output goes: results on stdout, everything for people on stderr when stdout is for a machine (--json), and the
// state of long work as a bar on a terminal or a line now and then elsewhere. Imports node:util and progressLine.
//
// `cli-progress`, the usual library, had its last release in early 2023; what is needed of it is the forty lines below
// and in progressLine.ts, so it is not used.

import { styleText } from 'node:util';
import { logLine, ProgressSeries, terminalLine, type ProgressText } from './progressLine.js';

/** A bar that is drawn more often than this costs time and shows nothing more. */
const REDRAW_MS = 100;
/** How often a log, a pipe or a CI service gets a line. */
const LOG_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

export interface ReporterOptions {
  /** Print one JSON object a line on stdout, and prose on stderr. */
  readonly json: boolean;
  /** Leave out prose and progress; warnings, errors and JSON stay. Default false. */
  readonly quiet?: boolean;
}

/** Whether a bar that rewrites itself can be read: on a terminal, unless a CI service records it. */
function showsBars(): boolean {
  const { CI } = process.env;
  return process.stderr.isTTY && (CI === undefined || CI === '' || CI === 'false');
}

/**
 * All that a command prints.
 *
 * @example
 * const reporter = new Reporter({ json: false });
 * for (let done = 1; done <= 1000; done++) {
 *   reporter.progress(done, 1000, (perSecond) => `${Math.round(perSecond)} images/s`);
 * }
 * reporter.say('read 1000 images'); // takes the bar away first
 */
export class Reporter {
  readonly #json: boolean;
  readonly #quiet: boolean;
  readonly #people: NodeJS.WriteStream;
  readonly #bars = showsBars();
  #series = new ProgressSeries(0, 0, 0);
  #lastShown = 0;
  #open = false;

  constructor({ json, quiet = false }: ReporterOptions) {
    this.#json = json;
    this.#quiet = quiet;
    this.#people = json ? process.stderr : process.stdout;
  }

  /** A line for people; nothing with --quiet. */
  say(text: string): void {
    this.clear();
    if (!this.#quiet) this.#people.write(`${text}\n`);
  }

  /** A line that must not be missed. Always on stderr. */
  warn(text: string): void {
    this.clear();
    const colored = process.stderr.isTTY && process.stderr.hasColors();
    process.stderr.write(`${colored ? styleText('yellow', text, { validateStream: false }) : text}\n`);
  }

  /** One object for machines; nothing without --json. */
  emit(value: object): void {
    if (!this.#json) return;
    this.clear();
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** `text` in a color for `say`, where the terminal has colors and NO_COLOR does not forbid them; else as it is. */
  paint(color: 'green' | 'yellow' | 'dim', text: string): string {
    const colored = this.#people.isTTY && this.#people.hasColors();
    return colored ? styleText(color, text, { validateStream: false }) : text;
  }

  /**
   * The state of long work, with the time that is left. Call it as often as you like: it shows itself ten times a second
   * on a terminal and every ten seconds elsewhere, and a text given as a function is made only then. `done` grows to
   * `total`; a smaller `done` or another `total` begins a new piece of work. The next `say` takes the bar away.
   */
  progress(done: number, total: number, text: ProgressText): void {
    if (this.#quiet) return;
    const now = performance.now();
    if (this.#series.isOver(done, total)) {
      this.#series = new ProgressSeries(done, total, now);
      if (!this.#bars) this.#lastShown = now; // work that ends within the interval needs no line
    }
    this.#series.reach(done);
    if (now - this.#lastShown < (this.#bars ? REDRAW_MS : LOG_MS)) return;
    this.#lastShown = now;
    const state = this.#series.stateAt(now, text);
    // Some terminals say that they have 0 columns.
    if (this.#bars) process.stderr.write(CLEAR_LINE + terminalLine(state, process.stderr.columns || 80));
    else process.stderr.write(`${logLine(state)}\n`);
    this.#open = this.#bars;
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#open) process.stderr.write(CLEAR_LINE);
    this.#open = false;
  }
}

// Where output goes: results on stdout, everything for people on stderr when stdout is for a machine (--json), and
// a progress line that rewrites itself on a terminal or is printed now and then elsewhere. Imports nothing.

const REDRAW_MS = 100;
/** Without a terminal a line a tenth of the way is enough for a log. */
const LOG_SHARES = 10;

export interface ReporterOptions {
  /** Print one JSON object a line on stdout, and prose on stderr. */
  readonly json: boolean;
}

export class Reporter {
  readonly #json: boolean;
  readonly #people: NodeJS.WriteStream;
  #lastDraw = 0;
  #lastShare = -1;
  #open = false;

  constructor({ json }: ReporterOptions) {
    this.#json = json;
    this.#people = json ? process.stderr : process.stdout;
  }

  /** A line for people. */
  say(text: string): void {
    this.clear();
    this.#people.write(`${text}\n`);
  }

  /** A line that must not be missed. Always on stderr. */
  warn(text: string): void {
    this.clear();
    process.stderr.write(`${text}\n`);
  }

  /** One object for machines; nothing without --json. */
  emit(value: object): void {
    if (this.#json) process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** The state of long work: `text` beside a bar. `done` of `total` grows; the last call should reach it. */
  progress(done: number, total: number, text: string): void {
    const now = performance.now();
    if (process.stderr.isTTY) {
      if (done < total && now - this.#lastDraw < REDRAW_MS) return;
      const filled = Math.round((done / total) * 24);
      const bar = '█'.repeat(filled) + '░'.repeat(24 - filled);
      process.stderr.write(`\r\u001b[2K${bar} ${text}`);
      this.#open = true;
    } else {
      const share = Math.floor((done / total) * LOG_SHARES);
      if (share === this.#lastShare || done === total) return;
      if (share > 0) process.stderr.write(`  ${text}\n`);
      this.#lastShare = share;
    }
    this.#lastDraw = now;
  }

  /** Takes the progress line away. */
  clear(): void {
    if (this.#open) process.stderr.write('\r\u001b[2K');
    this.#open = false;
  }
}

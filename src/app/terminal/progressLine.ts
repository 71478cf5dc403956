// Progress of long work as one line of text: a bar that fills the rest of the terminal's width, the
// remaining time, and a custom text. This file only formats text; reporter.ts decides where and
// when it is shown.

const BAR_WIDTH = { min: 5, max: 30 };

/**
 * Text next to the bar; a function receives the speed, in units of `done` per second (0 while
 * unknown).
 */
export type ProgressText = string | ((perSecond: number) => string);

/** Contents of a progress line. */
export interface ProgressState {
  /** From 0 to 1. */
  readonly fraction: number;
  /** Estimated seconds to the end, or null while the speed is unknown. */
  readonly secondsLeft: number | null;
  readonly text: string;
}

/** One piece of work from its first call to its last, with its mean speed. */
export class ProgressSeries {
  readonly #first: number;
  readonly #total: number;
  readonly #start: number;
  #done: number;

  /**
   * @param first amount done at the first call, which may be in the middle of a resumed epoch
   * @param now in milliseconds
   */
  constructor(first: number, total: number, now: number) {
    this.#first = first;
    this.#total = total;
    this.#start = now;
    this.#done = first;
  }

  /** Whether these numbers belong to a different piece of work. */
  isDifferent(done: number, total: number): boolean {
    return total !== this.#total || done < this.#done;
  }

  update(done: number): void {
    this.#done = done;
  }

  stateAt(now: number, text: ProgressText): ProgressState {
    const seconds = (now - this.#start) / 1000;
    const perSecond = seconds > 0 ? (this.#done - this.#first) / seconds : 0;
    return {
      fraction: this.#total > 0 ? Math.min(1, this.#done / this.#total) : 0,
      secondsLeft: perSecond > 0 ? Math.max(0, this.#total - this.#done) / perSecond : null,
      text: typeof text === 'string' ? text : text(perSecond),
    };
  }
}

/** Formats seconds as `0:07`, `12:40`, `3:05:00`. */
export function formatDuration(seconds: number): string {
  const rounded = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60];
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  return hours > 0
    ? `${hours}:${twoDigits(minutes)}:${twoDigits(rounded % 60)}`
    : `${minutes}:${twoDigits(rounded % 60)}`;
}

function formatNumbers({ fraction, secondsLeft, text }: ProgressState): string {
  const remaining = secondsLeft === null ? '' : `  ${formatDuration(secondsLeft)} left`;
  return `${String(Math.floor(100 * fraction)).padStart(3)} %${remaining}  ${text}`;
}

/**
 * A line for a terminal of `columns` columns. It is never wider, because a wrapped line cannot be
 * rewritten.
 */
export function terminalLine(state: ProgressState, columns: number): string {
  const text = formatNumbers(state);
  const free = columns - 1 - text.length - 1;
  const width = Math.max(BAR_WIDTH.min, Math.min(BAR_WIDTH.max, free));
  const filled = Math.round(state.fraction * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${text}`.slice(0, columns - 1);
}

/** A line for a log. */
export function logLine(state: ProgressState): string {
  return `  ${formatNumbers(state)}`;
}

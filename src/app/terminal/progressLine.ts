// How far long work is, as one line of text: a bar that fills what a terminal's width leaves, the time that is left, and
// what the work itself says. Text only; reporter.ts decides where and when. Imports nothing.

const BAR_WIDTH = { least: 5, most: 30 };

/** What stands beside the bar; a function gets the speed, in units of `done` a second (0 while unknown). */
export type ProgressText = string | ((perSecond: number) => string);

/** What a line shows. */
export interface ProgressState {
  /** From 0 to 1. */
  readonly share: number;
  /** Seconds to the end, or null while there is nothing to tell it by. */
  readonly secondsLeft: number | null;
  readonly text: string;
}

/** One piece of work from its first call to its last, and its mean speed since then. */
export class ProgressSeries {
  readonly #first: number;
  readonly #total: number;
  readonly #start: number;
  #done: number;

  /**
   * @param first how much was done at the first call, which may be in the middle of a resumed epoch
   * @param now milliseconds
   */
  constructor(first: number, total: number, now: number) {
    this.#first = first;
    this.#total = total;
    this.#start = now;
    this.#done = first;
  }

  /** Whether these numbers belong to other work. */
  isOver(done: number, total: number): boolean {
    return total !== this.#total || done < this.#done;
  }

  reach(done: number): void {
    this.#done = done;
  }

  stateAt(now: number, text: ProgressText): ProgressState {
    const seconds = (now - this.#start) / 1000;
    const perSecond = seconds > 0 ? (this.#done - this.#first) / seconds : 0;
    return {
      share: this.#total > 0 ? Math.min(1, this.#done / this.#total) : 0,
      secondsLeft: perSecond > 0 ? Math.max(0, this.#total - this.#done) / perSecond : null,
      text: typeof text === 'string' ? text : text(perSecond),
    };
  }
}

/** `0:07`, `12:40`, `3:05:00`. */
export function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function numbers({ share, secondsLeft, text }: ProgressState): string {
  const left = secondsLeft === null ? '' : `  ${clock(secondsLeft)} left`;
  return `${String(Math.floor(100 * share)).padStart(3)} %${left}  ${text}`;
}

/** For a terminal of so many columns: never wider, since a line that wraps cannot be rewritten. */
export function terminalLine(state: ProgressState, columns: number): string {
  const text = numbers(state);
  const free = columns - 1 - text.length - 1;
  const width = Math.max(BAR_WIDTH.least, Math.min(BAR_WIDTH.most, free));
  const filled = Math.round(state.share * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${text}`.slice(0, columns - 1);
}

/** For a log. */
export function logLine(state: ProgressState): string {
  return `  ${numbers(state)}`;
}

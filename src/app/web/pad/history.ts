// Undo and redo over whole states, oldest to newest. Knows nothing of strokes and draws nothing. Imports nothing.

/** How many states can be taken back; older ones are forgotten. */
export const MOST_STEPS = 500;

/**
 * What was, what is, and what was taken back. States are never changed, so keeping one costs a reference.
 *
 * @example
 * const history = new History('');
 * history.push('a');
 * history.undo(); // ''
 * history.redo(); // 'a'
 */
export class History<T> {
  #past: T[] = [];
  #present: T;
  #future: T[] = [];
  readonly #most: number;

  /** @param most how many states can be taken back; default 500 */
  constructor(present: T, most = MOST_STEPS) {
    this.#present = present;
    this.#most = most;
  }

  get present(): T {
    return this.#present;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Makes `state` the present; what had been taken back can no longer be brought back. */
  push(state: T): void {
    this.#past.push(this.#present);
    if (this.#past.length > this.#most) this.#past.shift();
    this.#present = state;
    this.#future = [];
  }

  /** Goes one state back, or stays where there is none. */
  undo(): T {
    if (this.#past.length > 0) {
      this.#future.push(this.#present);
      this.#present = this.#past.pop()!;
    }
    return this.#present;
  }

  /** Goes one state forward again, or stays where there is none. */
  redo(): T {
    if (this.#future.length > 0) {
      this.#past.push(this.#present);
      this.#present = this.#future.pop()!;
    }
    return this.#present;
  }
}

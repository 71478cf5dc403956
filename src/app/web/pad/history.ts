// Undo and redo over immutable states.

/** Maximum number of undo steps; older states are dropped. */
export const MAX_STEPS = 500;

/**
 * Past, current and undone states. States are immutable, so storing one costs a reference.
 *
 * @example
 * const history = new History('');
 * history.push('a');
 * print(history.undo() === '', history.redo()); // true a
 */
export class History<T> {
  #past: T[] = [];
  #present: T;
  #future: T[] = [];
  readonly #maxSteps: number;

  /** @param maxSteps maximum number of undo steps; default 500 */
  constructor(present: T, maxSteps = MAX_STEPS) {
    this.#present = present;
    this.#maxSteps = maxSteps;
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

  /** Makes `state` the current one and drops the undone states. */
  push(state: T): void {
    this.#past.push(this.#present);
    if (this.#past.length > this.#maxSteps) this.#past.shift();
    this.#present = state;
    this.#future = [];
  }

  /** Returns to the previous state, if there is one. */
  undo(): T {
    if (this.#past.length > 0) {
      this.#future.push(this.#present);
      this.#present = this.#past.pop()!;
    }
    return this.#present;
  }

  /** Returns to the state that was undone last, if there is one. */
  redo(): T {
    if (this.#future.length > 0) {
      this.#past.push(this.#present);
      this.#present = this.#future.pop()!;
    }
    return this.#present;
  }
}

// One value that others watch: how the parts of the page hear of each other. No batching, no derived values. Imports nothing.

/** A value with listeners. */
export class Signal<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Changes the value and tells every listener, also when it is the same as before. */
  set(value: T): void {
    this.#value = value;
    // A listener may subscribe or unsubscribe others; those that come in meanwhile have been told already.
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener(value);
  }

  /** Calls `listener` at once and after each `set`; returns how to stop that. */
  subscribe(listener: (value: T) => void): () => void {
    const own = (value: T): void => listener(value); // the same function may subscribe twice
    this.#listeners.add(own);
    own(this.#value);
    return () => this.#listeners.delete(own);
  }
}

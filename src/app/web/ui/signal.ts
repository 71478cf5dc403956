// Signal: an observable value, through which the parts of the page communicate. No batching, no derived values.

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

  /** Sets the value and calls every listener, even if the value is unchanged. */
  set(value: T): void {
    this.#value = value;
    // A listener may subscribe or unsubscribe others; subscribe() has already called the new ones.
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener(value);
  }

  /** Calls `listener` immediately and after each `set`; returns a function that unsubscribes it. */
  subscribe(listener: (value: T) => void): () => void {
    const callback = (value: T): void => listener(value); // so that the same function can subscribe twice
    this.#listeners.add(callback);
    callback(this.#value);
    return () => this.#listeners.delete(callback);
  }
}

// The global state of the engine: the current backend, whether a graph is recorded, and the current
// scope.
// All other state is passed explicitly.

import type { Backend } from './backend.js';
import { ArgumentError } from './errors.js';
import { ReferenceBackend } from './backends/reference.js';

/** An object that a scope can dispose of. */
export interface Disposable {
  /** The scope that disposes of it; null if none does. Only this file changes it. */
  scope: Scope | null;
  dispose(): void;
}

/** A list with at most this many arrays is not searched for arrays that have left the scope. */
const MIN_COMPACT = 64;

/**
 * The arrays that are disposed of when a call of `scope` ends.
 *
 * Membership is a field of the array, so that adding and removing one takes no search. An array that
 * has left the scope remains in the list until the list has doubled.
 */
export class Scope {
  readonly outer: Scope | null;
  #arrays: Disposable[] = [];
  #compactAt = MIN_COMPACT;

  constructor(outer: Scope | null) {
    this.outer = outer;
  }

  /** Adds an array, which leaves the scope that it was in. */
  add(array: Disposable): void {
    if (this.#arrays.length === this.#compactAt) {
      this.#arrays = this.#arrays.filter(({ scope }) => scope === this);
      this.#compactAt = Math.max(MIN_COMPACT, 2 * this.#arrays.length);
    }
    array.scope = this;
    this.#arrays.push(array);
  }

  /** Moves an array of this scope to the outer one. */
  release(array: Disposable): void {
    if (array.scope !== this) return;
    array.scope = null;
    this.outer?.add(array);
  }

  /** Disposes of the arrays. */
  end(): void {
    for (const array of this.#arrays) {
      if (array.scope !== this) continue;
      array.scope = null;
      array.dispose();
    }
  }
}

interface Current {
  backend: Backend | null;
  recording: boolean;
  scope: Scope | null;
}

const current: Current = { backend: null, recording: true, scope: null };

/**
 * The backend that new arrays use. Default: a float32 reference backend.
 *
 * @example
 * print(currentBackend().name); // reference
 */
export function currentBackend(): Backend {
  current.backend ??= new ReferenceBackend();
  return current.backend;
}

/**
 * Sets the backend of new arrays. Existing arrays stay on their backend.
 *
 * @example
 * const previous = currentBackend();
 * const backend = new ReferenceBackend({ dtype: 'float64' });
 * useBackend(backend); // tensors are now created there
 * useBackend(previous);
 * await backend.dispose();
 */
export function useBackend(backend: Backend): void {
  current.backend = backend;
}

/** Turns a promise, such as the result of an async function, into a type error. */
type NotPromise<T> =
  T extends PromiseLike<unknown>
    ? { readonly error: 'return the tensor and await outside: noGrad(() => f(x)).data()' }
    : unknown;

/**
 * Rejects a body that JavaScript would suspend: what runs after its first `await` or `yield` would
 * run in another state.
 *
 * @throws ArgumentError if `body` is an async function or a generator
 */
function checkSynchronous(body: () => unknown, caller: string): void {
  if (Object.prototype.toString.call(body) !== '[object Function]') {
    throw new ArgumentError(
      `${caller}: the body must be a synchronous function; return a tensor from it and await ` +
        `outside, for example: const y = ${caller}(() => f(x)); await y.data()`,
    );
  }
}

/**
 * Runs `body` with another current backend, then restores the previous one. `body` must be
 * synchronous.
 *
 * @throws ArgumentError if `body` is an async function
 * @example
 * const backend = new ReferenceBackend({ dtype: 'float64' });
 * const y = withBackend(backend, () => scope(() => exp(ones([1])).data()));
 * print(await y); // [2.7183]
 * await backend.dispose();
 */
export function withBackend<T>(backend: Backend, body: () => T): T {
  checkSynchronous(body, 'withBackend');
  const outer = current.backend;
  current.backend = backend;
  try {
    return body();
  } finally {
    current.backend = outer;
  }
}

/**
 * Whether operations record a graph for backward.
 *
 * @example
 * print(isRecording(), noGrad(() => isRecording())); // true false
 */
export function isRecording(): boolean {
  return current.recording;
}

/**
 * Runs `body` without recording a graph: for evaluation and for parameter updates. `body` must be
 * synchronous; to get values out, return the tensor and read it outside.
 *
 * @throws ArgumentError if `body` is an async function or returns a promise
 * @example
 * const w = new Parameter([1], [2]);
 * print(scope(() => noGrad(() => mul(w, w)).requiresGrad)); // false
 * w.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.no_grad.html
 */
export function noGrad<T>(body: () => T & NotPromise<T>): T {
  checkSynchronous(body, 'noGrad');
  const outer = current.recording;
  current.recording = false;
  try {
    const result = body();
    if (typeof (result as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function') {
      throw new ArgumentError(
        'noGrad: the body returned a promise, whose later parts would record a graph; ' +
          'return the tensor and await outside: await noGrad(() => f(x)).data()',
      );
    }
    return result;
  } finally {
    current.recording = outer;
  }
}

/** Adds a new array to the innermost scope, which disposes of it. */
export function track(array: Disposable): void {
  current.scope?.add(array);
}

/** Removes an array from the scope that owns it: it lives until its own `dispose()`. */
export function untrack(array: Disposable): void {
  array.scope = null;
}

/** Moves a new array to the scope that owns `owner`; without one it lives until `dispose()`. */
export function trackWith(owner: Disposable, array: Disposable): void {
  untrack(array);
  owner.scope?.add(array);
}

/** Turns an object with a tensor among its properties into a type error. */
type Returnable<T> = T extends
  Owner | Disposable | PromiseLike<unknown> | readonly unknown[] | ArrayBufferView
  ? unknown
  : T extends object
    ? Extract<T[keyof T], Owner | Disposable> extends never
      ? unknown
      : { readonly error: 'scope would free the tensors of this object: return an array of them' }
    : unknown;

/**
 * Runs `body` and disposes of every array created inside it, except the ones it returns (an array,
 * a tensor, or an array of those). These move to the outer scope.
 *
 * A training step is one scope: its activations and gradients return to the free list at the end.
 * `body` must be synchronous. To get a value out, return a promise (`return loss.item()`), which
 * retains its buffer.
 *
 * @throws ArgumentError if `body` is an async function, or returns an object that contains a tensor
 *   of the scope
 *
 * @example
 * const y = scope(() => {
 *   const x = ones([2]); // freed at the end
 *   return add(x, x);
 * });
 * print(await y.data()); // [2, 2]
 * y.dispose();
 */
export function scope<T>(body: () => T & Returnable<T>): T {
  checkSynchronous(body, 'scope');
  const inner = new Scope(current.scope);
  current.scope = inner;
  try {
    const result = body();
    forEachArray(result, (array) => inner.release(array));
    checkNotLost(result, inner);
    return result;
  } finally {
    current.scope = inner.outer;
    inner.end();
  }
}

/** @throws ArgumentError if a property of the result is an array that the scope is about to free */
function checkNotLost(result: unknown, ending: Scope): void {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return;
  if ('owned' in result) return;
  const entries = result instanceof Map ? [...result.entries()] : Object.entries(result);
  for (const [name, value] of entries) {
    forEachArray(value, ({ scope }) => {
      if (scope !== ending) return;
      throw new ArgumentError(
        `scope: the result has a property ${String(name)} with a tensor of this scope, which would ` +
          'be freed; return the tensor, or an array of tensors: const [y, z] = scope(() => [y, z])',
      );
    });
  }
}

/** A value with arrays that a scope may own, such as a tensor and its gradient. */
export interface Owner {
  readonly owned: readonly Disposable[];
}

/** Visits the arrays of a value: an array, a tensor, or (nested) lists of those. */
function forEachArray(value: unknown, visit: (array: Disposable) => void): void {
  if (Array.isArray(value)) {
    for (const element of value) forEachArray(element, visit);
  } else if (typeof value === 'object' && value !== null) {
    if ('owned' in value) (value as Owner).owned.forEach(visit);
    else if ('dispose' in value) visit(value as Disposable);
  }
}

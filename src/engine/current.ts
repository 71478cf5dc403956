// The global state of the engine: the current backend, whether a graph is recorded, and the current
// scope.
// All other state is passed explicitly.

import type { Backend } from './backend.js';
import { ReferenceBackend } from './backends/reference.js';

/** An object that a scope can dispose of. */
export interface Disposable {
  dispose(): void;
}

interface Scope {
  readonly arrays: Set<Disposable>;
  readonly outer: Scope | null;
}

interface Current {
  backend: Backend | null;
  recording: boolean;
  scope: Scope | null;
}

const current: Current = { backend: null, recording: true, scope: null };

/** The backend that new arrays use. Default: a float32 reference backend. */
export function currentBackend(): Backend {
  current.backend ??= new ReferenceBackend();
  return current.backend;
}

/** Sets the backend of new arrays. Existing arrays stay on their backend. */
export function useBackend(backend: Backend): void {
  current.backend = backend;
}

/**
 * Runs `body` with another current backend, then restores the previous one. `body` must be
 * synchronous.
 */
export function withBackend<T>(backend: Backend, body: () => T): T {
  const outer = current.backend;
  current.backend = backend;
  try {
    return body();
  } finally {
    current.backend = outer;
  }
}

/** Whether operations record a graph for backward. */
export function isRecording(): boolean {
  return current.recording;
}

/**
 * Runs `body` without recording a graph: for evaluation and for parameter updates. `body` must be
 * synchronous.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.no_grad.html
 */
export function noGrad<T>(body: () => T): T {
  const outer = current.recording;
  current.recording = false;
  try {
    return body();
  } finally {
    current.recording = outer;
  }
}

/** Adds a new array to the innermost scope, which disposes of it. */
export function track(array: Disposable): void {
  current.scope?.arrays.add(array);
}

/** Removes an array from the scope that owns it: it lives until its own `dispose()`. */
export function untrack(array: Disposable): void {
  for (
    let scope = current.scope;
    scope !== null && !scope.arrays.delete(array);
    scope = scope.outer
  );
}

/** Moves a new array to the scope that owns `owner`; without one it lives until `dispose()`. */
export function trackWith(owner: Disposable, array: Disposable): void {
  untrack(array);
  for (let scope = current.scope; scope !== null; scope = scope.outer) {
    if (scope.arrays.has(owner)) scope.arrays.add(array);
  }
}

/**
 * Runs `body` and disposes of every array created inside it, except the ones it returns (an array,
 * a tensor, or an array of those). These move to the outer scope.
 *
 * A training step is one scope: its activations and gradients return to the free list at the end.
 * `body` must be synchronous. To get a value out, return a promise (`return loss.item()`), which
 * retains its buffer.
 *
 * @example
 * const loss = await scope(() => {
 *   const loss = crossEntropy(model.forward(x), y);
 *   loss.backward();
 *   optimizer.step();
 *   return loss.item();
 * });
 */
export function scope<T>(body: () => T): T {
  const outer = current.scope;
  const arrays = new Set<Disposable>();
  current.scope = { arrays, outer };
  try {
    const result = body();
    for (const returned of arraysIn(result)) {
      if (arrays.delete(returned)) outer?.arrays.add(returned);
    }
    return result;
  } finally {
    current.scope = outer;
    for (const array of arrays) array.dispose();
  }
}

/** A value with arrays that a scope may own, such as a tensor and its gradient. */
export interface Owner {
  readonly owned: readonly Disposable[];
}

function arraysIn(result: unknown): Disposable[] {
  if (Array.isArray(result)) return result.flatMap(arraysIn);
  if (typeof result !== 'object' || result === null) return [];
  if ('owned' in result) return [...(result as Owner).owned];
  return 'dispose' in result ? [result as Disposable] : [];
}

// The engine's one documented piece of global state: which backend creates arrays, whether operations are recorded for
// backward, and which scope new arrays belong to. Everything else is passed in.

import type { Backend } from './backend.js';
import { ReferenceBackend } from './backends/reference.js';

/** Anything a scope can give back. */
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

/** The backend that creates arrays now; a float32 reference backend until one is chosen. */
export function currentBackend(): Backend {
  current.backend ??= new ReferenceBackend();
  return current.backend;
}

/** Makes `backend` the one that creates arrays, from here on. Existing arrays stay where they are. */
export function useBackend(backend: Backend): void {
  current.backend = backend;
}

/** Runs `body` with another backend creating arrays, then restores the present one. Synchronous bodies only. */
export function withBackend<T>(backend: Backend, body: () => T): T {
  const outer = current.backend;
  current.backend = backend;
  try {
    return body();
  } finally {
    current.backend = outer;
  }
}

/** Whether operations remember how to go backward. */
export function isRecording(): boolean {
  return current.recording;
}

/**
 * Runs `body` without recording a graph: for evaluation and for parameter updates. Synchronous bodies only.
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

/** Enters a new array into the innermost scope, which will dispose of it. */
export function track(array: Disposable): void {
  current.scope?.arrays.add(array);
}

/** Takes an array out of the scope that owns it: it lives until its own `dispose()`. */
export function untrack(array: Disposable): void {
  for (let scope = current.scope; scope !== null && !scope.arrays.delete(array); scope = scope.outer);
}

/**
 * Runs `body` and disposes of every array made inside it, except the ones it returns (an array, a tensor, or an
 * array of those), which move to the scope outside.
 *
 * A training step is one scope: activations and gradients go back to the free list at its end. The body is
 * synchronous; what it wants to know later it returns as a promise (`return loss.item()`), which pins its buffer.
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
    for (const kept of ownedBy(result)) {
      if (arrays.delete(kept)) outer?.arrays.add(kept);
    }
    return result;
  } finally {
    current.scope = outer;
    for (const array of arrays) array.dispose();
  }
}

/** A value that carries an array a scope may own: a tensor names its array here. */
export interface Owner {
  readonly owned: Disposable;
}

function ownedBy(result: unknown): Disposable[] {
  if (Array.isArray(result)) return result.flatMap(ownedBy);
  if (typeof result !== 'object' || result === null) return [];
  if ('owned' in result) return [(result as Owner).owned];
  return 'dispose' in result ? [result as Disposable] : [];
}

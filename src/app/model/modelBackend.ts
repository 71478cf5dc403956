// The backend of a model, which computes all work on the model, whatever the current backend is.

import type { Backend } from '../../engine/backend.js';
import { currentBackend, withBackend } from '../../engine/current.js';
import type { Module } from '../../nn/module.js';

/** The backend of a model's parameters; the current backend for a model without any. */
export function backendOf(model: Module): Backend {
  return model.parameters().at(0)?.array.backend ?? currentBackend();
}

/**
 * Runs `body` with the backend of `model` as the current one. Callers that await between two calls
 * stay on this backend even if the current backend changes meanwhile.
 *
 * @param body synchronous; may return a promise of elements
 */
export function onBackendOf<T>(model: Module, body: () => T): T {
  return withBackend(backendOf(model), body);
}

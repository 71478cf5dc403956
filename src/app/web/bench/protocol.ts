// What the page and its worker say to each other, and the result that both build. Types only.

import type { DeviceMeasurement } from '../../deviceBench.js';

export type Candidate = 'webgpu' | 'webgl2' | 'wasm' | 'reference';

/** Page to worker: measure one backend. */
export interface Task {
  readonly candidate: Candidate;
  readonly batch: number;
  /** Steps timed after the first. */
  readonly steps: number;
}

/** A backend once it has started. */
export interface Started {
  /** What computes, in the words of its driver: `google swiftshader`; or `relaxed SIMD, 2 threads`. */
  readonly adapter: string;
  /** Whether the adapter is a program that imitates a graphics card. */
  readonly software: boolean;
  /** Milliseconds until it was ready. */
  readonly startMs: number;
}

export interface Measured extends Started, DeviceMeasurement {
  /** Steps timed after the first. */
  readonly steps: number;
  /** Training loss of every step. Equal numbers of images a step see equal images, so every backend must agree on it. */
  readonly losses: readonly number[];
}

/** Worker to page. */
export type Report =
  | { readonly kind: 'started'; readonly startMs: number }
  | { readonly kind: 'step'; readonly step: number; readonly of: number }
  | { readonly kind: 'measured'; readonly measured: Measured }
  | { readonly kind: 'failed'; readonly reason: string };

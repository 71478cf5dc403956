// What the page and its worker say to each other, and the result that both build. Types only.

import type { DeviceReport } from '../../device/device.js';
import type { DeviceMeasurement } from '../../device/deviceBench.js';

export type Candidate = 'webgpu' | 'webgl2' | 'wasm' | 'reference';

/** Page to worker: report what `auto` would choose and why. */
export interface ProbeTask {
  readonly kind: 'probe';
}

/** Page to worker: measure one backend. */
export interface MeasureTask {
  readonly kind: 'measure';
  readonly candidate: Candidate;
  readonly batch: number;
  /** Steps timed after the first. */
  readonly steps: number;
}

export type Task = ProbeTask | MeasureTask;

export interface Measured extends DeviceMeasurement {
  /** The device report of this one backend, asked for by name. */
  readonly device: DeviceReport;
  /** Milliseconds until it was ready. */
  readonly startMs: number;
  /** Steps timed after the first. */
  readonly steps: number;
  /** Training loss of every step. Equal numbers of images a step see equal images, so every backend must agree on it. */
  readonly losses: readonly number[];
}

/** Worker to page. */
export type Report =
  | { readonly kind: 'probed'; readonly device: DeviceReport }
  | { readonly kind: 'started'; readonly startMs: number }
  | { readonly kind: 'step'; readonly step: number; readonly of: number }
  | { readonly kind: 'measured'; readonly measured: Measured }
  | { readonly kind: 'failed'; readonly reason: string };

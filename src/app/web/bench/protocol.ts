// The messages between the benchmark page and its worker, and the result.

import type { DeviceReport } from '../../device/device.js';
import type { DeviceMeasurement } from '../../device/deviceBench.js';

export type Candidate = 'webgpu' | 'webgl2' | 'wasm' | 'reference';

/** Page to worker: report which backend `auto` would choose and why. */
export interface ProbeTask {
  readonly kind: 'probe';
}

/** Page to worker: measure one backend. */
export interface MeasureTask {
  readonly kind: 'measure';
  readonly candidate: Candidate;
  readonly batch: number;
  /** Number of timed steps, without the first. */
  readonly steps: number;
}

export type Task = ProbeTask | MeasureTask;

export interface Measured extends DeviceMeasurement {
  /** The device report for this backend only. */
  readonly device: DeviceReport;
  /** Startup time in milliseconds. */
  readonly startMs: number;
  /** Number of timed steps, without the first. */
  readonly steps: number;
  /** Training loss of every step. With the same batch size all backends see the same images, so their losses must agree. */
  readonly losses: readonly number[];
}

/** Worker to page. */
export type Report =
  | { readonly kind: 'probed'; readonly device: DeviceReport }
  | { readonly kind: 'started'; readonly startMs: number }
  | { readonly kind: 'step'; readonly step: number; readonly of: number }
  | { readonly kind: 'measured'; readonly measured: Measured }
  | { readonly kind: 'failed'; readonly reason: string };

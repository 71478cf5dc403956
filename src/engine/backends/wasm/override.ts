// What an override is: a faster way to run one kernel, or one routine. Types only.

import type { Launch, RoutineLaunch } from '../../backend.js';
import type { Machine, WasmBuffer } from './machine.js';

/** Runs a launch with SIMD, or returns null to leave it to the reference loop. */
export type KernelOverride = (
  machine: Machine,
  inputs: readonly WasmBuffer[],
  launch: Launch,
) => WasmBuffer | null;

/** Runs a routine with SIMD; one buffer an output. */
export type RoutineOverride = (
  machine: Machine,
  inputs: readonly WasmBuffer[],
  launch: RoutineLaunch,
) => WasmBuffer[];

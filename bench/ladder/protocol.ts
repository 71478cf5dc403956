// The command of bench/ladder.ts to its process for one version of Node, and the reply.

import type { Sizes } from './problem.js';
import type { Check, Skipped } from './session.js';

export interface MeasureCommand {
  readonly cmd: 'measure';
  readonly sizes: Sizes;
  readonly seed: number;
  /** 0: only the checks. */
  readonly rounds: number;
  /** Of each rung in a round. */
  readonly seconds: number;
  /** Compiled modules in base64, by `moduleKey`. */
  readonly modules: Readonly<Record<string, string>>;
}

export interface MeasureReply {
  readonly checks: readonly Check[];
  readonly skipped: readonly Skipped[];
  /** Milliseconds in each round, by rung. */
  readonly times: Readonly<Record<string, readonly number[]>>;
}

export const moduleKey = (file: string, build: string): string => `${file} ${build}`;

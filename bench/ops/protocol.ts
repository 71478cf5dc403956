// Protocol between bench/ops.ts and its two contenders: one JSON object per line, as in
// compare/protocol.ts. pytorch.py implements the same protocol. Types and constants only.

import type { Input } from './case.js';

export const DIRECTIONS = ['forward', 'backward'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What a contender needs of a case. */
export interface CaseRequest {
  readonly title: string;
  /** Whether the shapes are the small ones. */
  readonly quick: boolean;
  readonly inputs: readonly Input[];
  readonly torch: string;
}

export type Command =
  /** Create the inputs of a case; the previous case is dropped. */
  | { readonly cmd: 'load'; readonly case: CaseRequest }
  /** Compute outputs and gradients once and summarize them. */
  | { readonly cmd: 'check' }
  /** Repeat one direction until it has taken `seconds`, at least once. */
  | { readonly cmd: 'round'; readonly direction: Direction; readonly seconds: number };

/** Summary of an array, the same in both languages if the elements are. */
export interface Digest {
  /** Mean of the elements, each weighted with a number that depends on its position. */
  readonly mean: number;
  /** The same of their absolute values. */
  readonly size: number;
}

export interface CheckReply {
  /** Of the output, then of each gradient. */
  readonly digests: readonly Digest[];
}

export interface RoundReply {
  readonly steps: number;
  /** Median over the steps. */
  readonly milliseconds: number;
}

/** Stream of the output's gradient; input number i has stream i. */
export const GRADIENT_SEED = 100;

/** Stream of a digest's weights. */
export const DIGEST_SEED = 200;

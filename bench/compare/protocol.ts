// Protocol between the comparison and its contenders: one JSON object per line, commands on a
// contender's stdin, replies on its stdout. contenders/pytorch.py implements the same protocol.
// Types and constants only.

/** Training steps of 64 images; inference on 64 images; inference on one image. */
export const TASKS = ['train', 'infer64', 'infer1'] as const;
export type Task = (typeof TASKS)[number];

/** Images per step of each task. */
export const IMAGES: Readonly<Record<Task, number>> = { train: 64, infer64: 64, infer1: 1 };

/**
 * Number of training steps in `check`, with the same weights and batches for all contenders,
 * without dropout.
 */
export const CHECK_STEPS = 2;

export type Command =
  /** Load the workload's weights, train CHECK_STEPS steps, and report the losses. */
  | { readonly cmd: 'check' }
  /** Repeat a task's step until `seconds` have passed, at least once. */
  | { readonly cmd: 'round'; readonly task: Task; readonly seconds: number };

/** The first line that a contender writes. */
export interface Ready {
  readonly ready: true;
  readonly tasks: readonly string[];
  /** Versions of the library and its runtime. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Mean cross-entropy of batch 0 in evaluation mode, and of batches 0, 1, ... in training mode, per
 * step.
 */
export interface CheckReply {
  readonly evaluation: number;
  readonly training: readonly number[];
}

export interface RoundReply {
  readonly task: string;
  readonly steps: number;
  readonly seconds: number;
}

// What the comparison and its contenders say to each other: one JSON object a line, commands on a contender's
// stdin, replies on its stdout. contenders/pytorch.py speaks the same. Types and names only.

/** Training steps of 64 images; inference on 64 images; inference on one. */
export const TASKS = ['train', 'infer64', 'infer1'] as const;
export type Task = (typeof TASKS)[number];

/** Images a step of each task. */
export const IMAGES: Readonly<Record<Task, number>> = { train: 64, infer64: 64, infer1: 1 };

/** Training steps after which `check` reports a loss, from the same weights and the same batches, without dropout. */
export const CHECK_STEPS = 2;

export type Command =
  /** Load the workload's weights, train CHECK_STEPS steps, and tell the losses. */
  | { readonly cmd: 'check' }
  /** Repeat a task's step until `seconds` have passed, at least once. */
  | { readonly cmd: 'round'; readonly task: Task; readonly seconds: number };

/** The first line of a contender. */
export interface Ready {
  readonly ready: true;
  readonly tasks: readonly Task[];
  /** Of the library and what runs it. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Mean cross-entropy of batch 0 in evaluation mode, then of batches 0, 1, ... in training mode, step by step. */
export interface CheckReply {
  readonly evaluation: number;
  readonly training: readonly number[];
}

export interface RoundReply {
  readonly task: Task;
  readonly steps: number;
  readonly seconds: number;
}

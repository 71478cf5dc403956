// Measures all contenders in interleaved rounds. In every round each contender runs alone for a
// while and the others are idle. A slow period of the machine therefore affects all of them, and
// ratios are computed within a round.

import type { Child } from './child.js';

export interface RoundOptions {
  readonly rounds: number;
  /** Seconds that each contender runs per round. */
  readonly seconds: number;
  /** Seconds that each contender runs before the first round. */
  readonly warmup: number;
}

/** What is measured. */
export interface MeasuredTask {
  readonly task: string;
  /** Number of examples in one step. */
  readonly examples: number;
}

/** Result of one contender in one round. */
export interface Sample {
  readonly task: string;
  /** From 0. */
  readonly round: number;
  readonly contender: string;
  readonly steps: number;
  readonly seconds: number;
  readonly examplesPerSecond: number;
  /** Mean milliseconds per step. */
  readonly milliseconds: number;
  /** CPU time of the idle contenders in the same period, as a fraction of one core. */
  readonly disturbance: number;
}

/**
 * Threads of a pool may spin after their work (libgomp's for a few ms); after this pause they are
 * asleep.
 */
const PAUSE_MS = 300;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/**
 * Measures one task. A contender that fails is reported to `onFailure` and excluded from the rest.
 *
 * @param children the contenders that support the task
 */
export async function measure(
  { task, examples }: MeasuredTask,
  children: ReadonlyMap<string, Child>,
  options: RoundOptions,
  onSample: (sample: Sample) => void,
  onFailure: (contender: string, error: Error) => void,
): Promise<void> {
  const running = new Map(children);
  const runIfRunning = async (
    name: string,
    action: (child: Child) => Promise<void>,
  ): Promise<void> => {
    const child = running.get(name);
    if (child === undefined) return;
    try {
      await pause();
      await action(child);
    } catch (error) {
      running.delete(name);
      onFailure(name, error as Error);
    }
  };

  const names = [...running.keys()];
  for (const name of names) {
    await runIfRunning(name, async (child) => {
      await child.round(task, options.warmup);
    });
  }
  for (let round = 0; round < options.rounds; round++) {
    // The order rotates, so that no contender always inherits the same predecessor's heat or cold
    // caches.
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      await runIfRunning(name, async (child) => {
        const others = [...children.values()].filter((other) => other !== child);
        const idleCpuSeconds = (): number =>
          others.reduce((sum, other) => sum + other.cpuSeconds(), 0);
        const before = idleCpuSeconds();
        const { steps, seconds } = await child.round(task, options.seconds);
        onSample({
          task,
          round,
          contender: name,
          steps,
          seconds,
          disturbance: (idleCpuSeconds() - before) / seconds,
          examplesPerSecond: (examples * steps) / seconds,
          milliseconds: (1000 * seconds) / steps,
        });
      });
    }
  }
}

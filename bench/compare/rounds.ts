// Measures all contenders in interleaved rounds: in every round each one works for a while, alone, the others idle;
// so a slow minute of the machine slows all of them, and ratios are taken within a round. Imports child, protocol.

import type { Child } from './child.js';
import { IMAGES, type Task } from './protocol.js';

export interface RoundOptions {
  readonly rounds: number;
  /** How long each contender works in a round. */
  readonly seconds: number;
  /** How long each one works before the first round. */
  readonly warmup: number;
}

/** One contender in one round. */
export interface Sample {
  readonly task: Task;
  /** From 0. */
  readonly round: number;
  readonly contender: string;
  readonly steps: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** A step's mean. */
  readonly milliseconds: number;
  /** Processor time that the idle contenders used meanwhile, as a part of one core. */
  readonly disturbance: number;
}

/** Threads of a pool may spin after their work, waiting for more (libgomp's a few ms): they sleep when this is over. */
const PAUSE_MS = 300;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** Measures one task. A contender that fails is reported to `onFailure` and left out of the rest. */
export async function measure(
  task: Task,
  children: ReadonlyMap<string, Child>,
  options: RoundOptions,
  onSample: (sample: Sample) => void,
  onFailure: (contender: string, error: Error) => void,
): Promise<void> {
  const running = new Map([...children].filter(([, child]) => child.ready.tasks.includes(task)));
  const attempt = async (name: string, work: (child: Child) => Promise<void>): Promise<void> => {
    const child = running.get(name);
    if (child === undefined) return;
    try {
      await pause();
      await work(child);
    } catch (error) {
      running.delete(name);
      onFailure(name, error as Error);
    }
  };

  const names = [...running.keys()];
  for (const name of names) {
    await attempt(name, async (child) => {
      await child.round(task, options.warmup);
    });
  }
  for (let round = 0; round < options.rounds; round++) {
    // Each round begins one further on, so that nobody always follows the same neighbour's heat or cold caches.
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      await attempt(name, async (child) => {
        const others = [...children.values()].filter((other) => other !== child);
        const idle = (): number => others.reduce((sum, other) => sum + other.cpuSeconds(), 0);
        const before = idle();
        const { steps, seconds } = await child.round(task, options.seconds);
        onSample({
          task,
          round,
          contender: name,
          steps,
          seconds,
          disturbance: (idle() - before) / seconds,
          imagesPerSecond: (IMAGES[task] * steps) / seconds,
          milliseconds: (1000 * seconds) / steps,
        });
      });
    }
  }
}

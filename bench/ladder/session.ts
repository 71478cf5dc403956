// All rungs in one process: opens them, verifies each against the one before, and measures their
// times.

import { absoluteSums, convolveQuantized } from './definition.js';
import type { Problem } from './problem.js';
import { obstacleOf, openRunner, type Runner } from './runner.js';
import type { Rung } from './rungs.js';

export interface Check {
  readonly id: string;
  /** The rung that this one was compared with; null for the first. */
  readonly previous: string | null;
  /** Largest difference relative to the sum of the absolute terms; 0 if all bits are equal. */
  readonly difference: number;
}

export interface Skipped {
  readonly id: string;
  readonly reason: string;
}

export class Session {
  readonly checks: readonly Check[];
  readonly skipped: readonly Skipped[];
  readonly #runners: ReadonlyMap<string, Runner>;

  private constructor(
    runners: ReadonlyMap<string, Runner>,
    checks: readonly Check[],
    skipped: readonly Skipped[],
  ) {
    this.#runners = runners;
    this.checks = checks;
    this.skipped = skipped;
  }

  /**
   * Opens and verifies the rungs that this version of Node can run.
   *
   * @throws Error if a result differs by more than the tolerance of its rung
   */
  static async open(
    rungs: readonly Rung[],
    problem: Problem,
    compile: Parameters<typeof openRunner>[2],
  ): Promise<Session> {
    const runners = new Map<string, Runner>();
    const outputs = new Map<string, Float32Array>();
    if (rungs.some(({ previous }) => previous.includes('quantized'))) {
      outputs.set('quantized', convolveQuantized(problem));
    }
    const unit = absoluteSums(problem);
    const checks: Check[] = [];
    const skipped: Skipped[] = [];
    for (const { id, title, program, previous, tolerance } of rungs) {
      const reason = await obstacleOf(program);
      if (reason !== null) {
        skipped.push({ id, reason });
        continue;
      }
      const runner = await openRunner(program, problem, compile);
      runner.run();
      const output = await runner.output();
      const before = previous.find((name) => outputs.has(name)) ?? null;
      const difference =
        before === null ? 0 : largestDifference(output, outputs.get(before)!, unit);
      if (!(difference <= tolerance)) {
        throw new Error(
          `rung ${id} (${title}) differs from ${before ?? ''} by ${difference} of the absolute sums, expected at most ${tolerance}`,
        );
      }
      checks.push({ id, previous: before, difference });
      outputs.set(id, output);
      runners.set(id, runner);
    }
    return new Session(runners, checks, skipped);
  }

  /**
   * Milliseconds of one convolution in each round, by rung; see `meanMilliseconds`. In each round every
   * rung runs alone; the order rotates.
   */
  measure(rounds: number, seconds: number): Record<string, number[]> {
    const times: Record<string, number[]> = {};
    const entries = [...this.#runners];
    for (let round = 0; round < rounds; round++) {
      const first = round % entries.length;
      for (const [id, runner] of [...entries.slice(first), ...entries.slice(0, first)]) {
        (times[id] ??= []).push(meanMilliseconds(runner, seconds));
      }
    }
    return times;
  }

  async dispose(): Promise<void> {
    for (const runner of this.#runners.values()) await runner.dispose();
  }
}

/**
 * Milliseconds of CPU time of one run, after a first one that fills the caches: the mean of the runs
 * in `seconds`, at least one. Rungs are single-threaded, so on an idle machine this is the elapsed time;
 * on a busy one, it excludes the time of other processes.
 */
function meanMilliseconds(runner: Runner, seconds: number): number {
  runner.run();
  const start = performance.now();
  const { user, system } = process.cpuUsage();
  let runs = 0;
  do {
    runner.run();
    runs++;
  } while (performance.now() - start < 1000 * seconds);
  const used = process.cpuUsage();
  return (used.user + used.system - user - system) / 1000 / runs;
}

/** NaN if a value is not finite. */
function largestDifference(
  actual: Float32Array,
  expected: Float32Array,
  unit: Float32Array,
): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] === expected[i]) continue;
    const difference = Math.abs(actual[i] - expected[i]) / unit[i];
    if (Number.isNaN(difference)) return NaN;
    largest = Math.max(largest, difference);
  }
  return largest;
}

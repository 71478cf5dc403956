// Checks a random graph: every backend must agree with float64 within the error that float32 causes
// in this graph, and leave no buffer.

import type { Backend } from '../../src/engine/backend.js';
import { ReferenceBackend } from '../../src/engine/index.js';
import { createWasmBackend, wasmFeatures } from '../../src/engine/backends/wasm/index.js';
import { execute, type GraphResults } from './execute.js';
import { largest, NoisyBackend, UNIT } from './noisyBackend.js';
import { Graph } from './program.js';

/** A backend under test. */
export interface Candidate {
  readonly name: string;
  readonly make: () => Backend | Promise<Backend>;
  /** Name of another candidate whose results must be bit-for-bit identical. */
  readonly identicalTo?: string;
  /** Whether to run two interleaved programs one after the other too: the results are identical. */
  readonly alone?: boolean;
}

/** The reference in float32, and the wasm backend with every build that this engine supports. */
export async function allCandidates(): Promise<Candidate[]> {
  const { relaxedSimd, wideSimd } = await wasmFeatures();
  const builds = relaxedSimd ? (['base', 'relaxed'] as const) : (['base'] as const);
  return [
    { name: 'reference float32', make: () => new ReferenceBackend() },
    ...builds.flatMap((module): Candidate[] => {
      const name = `wasm ${module}`;
      return [
        { name, make: () => createWasmBackend({ threads: 1, module }), alone: module === 'base' },
        {
          name: `${name}, 2 threads`,
          make: () => createWasmBackend({ threads: 2, module }),
          identicalTo: name,
        },
      ];
    }),
    ...(wideSimd
      ? [
          {
            name: 'wasm wide, 2 threads',
            make: () => createWasmBackend({ threads: 2, module: 'wide' }),
            identicalTo: 'wasm relaxed',
          },
        ]
      : []),
  ];
}

/** Counts of a run. */
export interface CheckStatistics {
  graphs: number;
  arrays: number;
  /** Arrays with an allowed error above 1 % of their largest element: nearly unchecked. */
  looseArrays: number;
  /** Graphs that needed the estimate from many noisy runs. */
  escalated: number;
  /** Largest error as a part of the allowed one. */
  largestPart: number;
}

/** Noisy runs of the first estimate, and of the second one, made before a graph is reported. */
const FIRST_RUNS = 2;
const MORE_RUNS = 40;

/**
 * Allowed error of an array: this factor times the largest deviation of the noisy runs, plus
 * roundings of the largest element.
 */
const SPREAD_FACTOR = 4;
const ROUNDINGS = 16;

/**
 * Limits the time that fast-check spends on shrinking a failure, which has no end of its own: some
 * time after the first failure, every graph passes, so the smallest failing graph so far is reported.
 */
export function withShrinkLimit(
  check: (graph: Graph) => Promise<void>,
  milliseconds: number,
): (graph: Graph) => Promise<void> {
  let firstFailure = Infinity;
  return async (graph) => {
    if (performance.now() > firstFailure + milliseconds) return;
    try {
      await check(graph);
    } catch (error) {
      firstFailure = Math.min(firstFailure, performance.now());
      throw error;
    }
  };
}

export class GraphChecker {
  readonly statistics: CheckStatistics = {
    graphs: 0,
    arrays: 0,
    looseArrays: 0,
    escalated: 0,
    largestPart: 0,
  };
  readonly #candidates: readonly Candidate[];
  readonly #backends = new Map<string, Backend>();
  readonly #exact = new ReferenceBackend({ dtype: 'float64' });

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
  }

  /** The open backends by name. */
  get backends(): ReadonlyMap<string, Backend> {
    return this.#backends;
  }

  /**
   * Checks one graph.
   *
   * @throws Error with the name of the backend and of the wrong array. The backend is replaced by a
   *   new one before the next graph.
   */
  async check(graph: Graph): Promise<void> {
    this.statistics.graphs += 1;
    const expected = await executeWithoutLeak(this.#exact, graph);
    const limits = new Limits(graph, expected);
    await limits.estimate(FIRST_RUNS);
    const results = new Map<string, GraphResults>();
    for (const candidate of this.#candidates) {
      try {
        const actual = await this.#run(candidate, graph);
        results.set(candidate.name, actual);
        await this.#compare(limits, actual);
        expectIdentical(actual, results.get(candidate.identicalTo ?? ''), candidate.identicalTo);
        if (candidate.alone === true) await this.#compareAlone(candidate, graph, actual);
      } catch (error) {
        await this.#discard(candidate);
        throw new Error(`${candidate.name}: ${(error as Error).message}`, { cause: error });
      }
    }
    this.statistics.arrays += expected.arrays.size;
    this.statistics.looseArrays += limits.loose;
  }

  async #run({ name, make }: Candidate, graph: Graph): Promise<GraphResults> {
    const backend = this.#backends.get(name) ?? (await make());
    this.#backends.set(name, backend);
    return executeWithoutLeak(backend, graph);
  }

  async #discard({ name }: Candidate): Promise<void> {
    const backend = this.#backends.get(name);
    this.#backends.delete(name);
    // A backend that failed may also fail here.
    await backend?.dispose().catch(() => undefined);
  }

  async #compare(limits: Limits, actual: GraphResults): Promise<void> {
    let difference = limits.firstDifference(actual);
    if (typeof difference?.limit === 'number' && !limits.isFinal) {
      this.statistics.escalated += 1;
      await limits.estimate(MORE_RUNS);
      limits.isFinal = true;
      difference = limits.firstDifference(actual);
    }
    if (difference !== null) throw new Error(difference.text);
    this.statistics.largestPart = Math.max(this.statistics.largestPart, limits.largestPart);
  }

  /** Each of two interleaved programs must compute what it computes alone. */
  async #compareAlone(candidate: Candidate, graph: Graph, actual: GraphResults): Promise<void> {
    if (graph.programs.length === 1) return;
    const sequential = await this.#run(candidate, new Graph(graph.programs, []));
    expectIdentical(actual, sequential, 'one program after the other');
  }

  async dispose(): Promise<void> {
    for (const backend of this.#backends.values()) await backend.dispose();
    this.#backends.clear();
    await this.#exact.dispose();
  }
}

/** Runs a graph, and checks that no buffer is left. */
async function executeWithoutLeak(backend: Backend, graph: Graph): Promise<GraphResults> {
  const before = backend.memory.live;
  const results = await execute(backend, graph);
  const left = backend.memory.live - before;
  if (left !== 0) throw new Error(`${left} buffers left on ${backend.name} ${backend.dtype}`);
  return results;
}

function expectIdentical(
  actual: GraphResults,
  expected: GraphResults | undefined,
  other: string | undefined,
): void {
  if (expected === undefined) return;
  for (const [name, values] of expected.arrays) {
    const others = actual.arrays.get(name)!;
    const index = values.findIndex((value, i) => !Object.is(value, others[i]));
    if (index < 0) continue;
    throw new Error(
      `${name}: element ${index} is ${others[index]}, but ${values[index]} with ${other}`,
    );
  }
}

interface Deviation {
  readonly text: string;
  /** The allowed error; null if the results differ in kind. */
  readonly limit: number | null;
}

/** The exact results of a graph, and the largest allowed error of each array. */
class Limits {
  /** Whether the estimate has all its runs. */
  isFinal = false;
  /** The largest error so far, as a part of the allowed one. */
  largestPart = 0;
  readonly #graph: Graph;
  readonly #expected: GraphResults;
  readonly #spreads = new Map<string, number>();
  #runs = 0;

  constructor(graph: Graph, expected: GraphResults) {
    this.#graph = graph;
    this.#expected = expected;
  }

  /** Adds noisy runs to the estimate: ties stay ties in every second one. */
  async estimate(runs: number): Promise<void> {
    for (let i = 0; i < runs; i++) {
      const seed = ++this.#runs;
      const noise = { seed, amplitude: runs > FIRST_RUNS ? 2 : 1, sameForEqual: seed % 2 === 1 };
      const { arrays } = await execute(new NoisyBackend(noise), this.#graph);
      for (const [name, values] of this.#expected.arrays) {
        const noisy = arrays.get(name)!;
        let spread = this.#spreads.get(name) ?? 0;
        for (let j = 0; j < values.length; j++) {
          const deviation = Math.abs(noisy[j] - values[j]);
          spread = Math.max(spread, Number.isNaN(deviation) ? Infinity : deviation);
        }
        this.#spreads.set(name, spread);
      }
    }
  }

  /** Number of arrays that are nearly unchecked. */
  get loose(): number {
    return [...this.#expected.arrays].filter(
      ([name, values]) => this.#limit(name, values) > Math.max(0.01 * largest(values), 1e-30),
    ).length;
  }

  #limit(name: string, values: ArrayLike<number>): number {
    // 1e-35: smaller results are subnormal in float32.
    return SPREAD_FACTOR * this.#spreads.get(name)! + ROUNDINGS * UNIT * largest(values) + 1e-35;
  }

  firstDifference({ arrays, outcomes }: GraphResults): Deviation | null {
    const [actual, expected] = [outcomes.join('; '), this.#expected.outcomes.join('; ')];
    if (actual !== expected) {
      return { text: `the outcomes are ${actual}; expected ${expected}`, limit: null };
    }
    for (const [name, values] of this.#expected.arrays) {
      const others = arrays.get(name);
      if (others?.length !== values.length) {
        return { text: `${name}: ${others?.length ?? 'no'} elements`, limit: null };
      }
      const limit = this.#limit(name, values);
      for (let i = 0; i < values.length; i++) {
        if (Object.is(others[i], values[i])) continue;
        const error = Math.abs(others[i] - values[i]);
        if (error <= limit) {
          this.largestPart = Math.max(this.largestPart, error / limit);
          continue;
        }
        const allowed = limit.toExponential(1);
        return {
          text: `${name}: element ${i} is ${others[i]}, expected ${values[i]} (allowed error ${allowed})`,
          limit,
        };
      }
    }
    return null;
  }
}

// Executes a random graph on a backend, and returns every value and gradient.

import {
  type Backend,
  type FloatArray,
  gradientOf,
  InkgradError,
  mul,
  noGrad,
  Rng,
  scope,
  sum,
  type Tensor,
  tensor,
  withBackend,
} from '../../src/engine/index.js';
import { format, type Shape, sizeOf } from '../../src/engine/shape.js';
import {
  Adam,
  AdamW,
  clipGradNorm,
  ModuleBuffer,
  Optimizer,
  Parameter,
  SGD,
} from '../../src/nn/index.js';
import {
  type Graph,
  type Id,
  type Leaf,
  PlannedError,
  type Program,
  type Statement,
} from './program.js';

/** The results of a graph. */
export interface GraphResults {
  /** By name, in the order of the reads. */
  readonly arrays: ReadonlyMap<string, FloatArray>;
  /** For each backward pass, misuse and `gradientOf`: `ok`, or the class of the error. */
  readonly outcomes: readonly string[];
}

/** Runs all programs of a graph; two programs take turns after each outer scope. */
export async function execute(backend: Backend, { programs, order }: Graph): Promise<GraphResults> {
  const reads: [string, Promise<FloatArray>][] = [];
  const outcomes: string[] = [];
  const executions = programs.map((program, index) => {
    const results = { prefix: `program ${index + 1}`, reads, outcomes };
    return new ProgramExecution(program, results).run();
  });
  const unfinished = new Set(executions);
  /** Runs one unit; returns whether the program continues. */
  const advance = async (execution: Generator<void>): Promise<void> => {
    const { done = false } = withBackend(backend, () => execution.next());
    if (done) unfinished.delete(execution);
    await Promise.resolve();
  };
  try {
    for (const second of order) {
      const execution = executions[second ? executions.length - 1 : 0];
      if (unfinished.has(execution)) await advance(execution);
    }
    for (const execution of executions) while (unfinished.has(execution)) await advance(execution);
  } finally {
    for (const execution of unfinished) withBackend(backend, () => execution.return(undefined));
  }
  const arrays = await Promise.all(reads.map(async ([name, data]) => [name, await data] as const));
  return { arrays: new Map(arrays), outcomes };
}

interface Sink {
  readonly prefix: string;
  readonly reads: [string, Promise<FloatArray>][];
  readonly outcomes: string[];
}

type Tensors = Map<Id, Tensor>;

class ProgramExecution {
  readonly #program: Program;
  readonly #sink: Sink;
  readonly #persistent: Tensors = new Map();
  readonly #reads = new Map<string, number>();
  #optimizer: Optimizer | null = null;
  #parameters: Parameter[] = [];
  #round = 1;

  constructor(program: Program, sink: Sink) {
    this.#program = program;
    this.#sink = sink;
  }

  /** Yields after each outer scope. Frees everything at the end, also after an error. */
  *run(): Generator<void> {
    const { leaves, episodes, rounds, optimizer } = this.#program;
    try {
      for (const leaf of leaves) {
        const make = leaf.requiresGrad ? Parameter : ModuleBuffer;
        this.#persistent.set(leaf.id, new make(leaf.shape, leafValues(leaf)));
      }
      this.#parameters = [...this.#persistent.values()].filter((leaf) => leaf instanceof Parameter);
      if (this.#parameters.length > 0) {
        this.#optimizer = makeOptimizer(optimizer, this.#parameters);
      }
      for (this.#round = 1; this.#round <= rounds; this.#round++) {
        for (const episode of episodes) {
          this.#runEpisode(episode);
          yield;
        }
      }
      for (const [id, leaf] of this.#persistent) this.#read(`t${id} at the end`, leaf);
    } finally {
      this.#optimizer?.dispose();
      for (const leaf of this.#persistent.values()) leaf.dispose();
    }
  }

  #runEpisode(episode: Statement & { kind: 'scope' }): void {
    // There is no outer scope, so the returned tensors live until they are disposed of.
    for (const [id, kept] of this.#runScope(episode, new Map(this.#persistent), true)) {
      this.#read(`t${id} after its scope`, kept);
      kept.dispose();
    }
  }

  /** Returns the tensors that leave the scope. */
  #runScope(
    { body, keep, noGrad: withoutGraph, throws }: Statement & { kind: 'scope' },
    outer: Tensors,
    isEpisode: boolean,
  ): Tensors {
    const tensors = new Map(outer);
    const runBody = (): Tensor[] =>
      scope(() => {
        for (const statement of body) this.#runStatement(statement, tensors);
        if (isEpisode) this.#readAll(tensors);
        if (throws) throw new PlannedError('at the end of a scope');
        return keep.map((id) => tensors.get(id)!);
      });
    try {
      const kept = withoutGraph ? noGrad(runBody) : runBody();
      return new Map(kept.map((tensor, index) => [keep[index], tensor]));
    } catch (error) {
      if (error instanceof PlannedError) return new Map();
      throw error;
    }
  }

  #runStatement(statement: Statement, tensors: Tensors): void {
    const get = (id: Id): Tensor => tensors.get(id)!;
    switch (statement.kind) {
      case 'leaf': {
        const { id, shape, requiresGrad } = statement;
        const leaf = tensor(leafValues(statement), { shape, requiresGrad });
        tensors.set(id, leaf);
        return;
      }
      case 'op': {
        const result = statement.call(statement.inputs.map(get));
        if (format(result.shape) !== format(statement.shape)) {
          throw new Error(
            `${statement.name}: the shape is ${format(result.shape)}, expected ${format(statement.shape)}`,
          );
        }
        tensors.set(statement.id, result);
        return;
      }
      case 'scope':
        for (const [id, kept] of this.#runScope(statement, tensors, false)) tensors.set(id, kept);
        return;
      case 'backward': {
        const y = get(statement.input);
        const { seed } = statement;
        this.#attempt('backward', () => {
          if (seed === null) y.backward();
          else if (seed % 2 === 0) y.backward(direction(y.shape, seed));
          else sum(mul(y, direction(y.shape, seed))).backward();
        });
        return;
      }
      case 'gradientOf': {
        const [y, x] = [get(statement.y), get(statement.x)];
        this.#attempt('gradientOf', () => {
          const gradient = gradientOf(y, x, direction(y.shape, 1));
          this.#read(`t${statement.id}, the gradient of t${statement.x}`, gradient);
        });
        return;
      }
      case 'zeroGrad':
        get(statement.leaf).zeroGrad();
        return;
      case 'step':
        clipGradNorm(this.#parameters, 1);
        this.#optimizer?.step();
        this.#optimizer?.zeroGrad();
        return;
      case 'read':
        this.#read(`t${statement.input}`, get(statement.input));
        return;
      case 'misuse': {
        const outcome = this.#attempt(statement.name, () => {
          statement.call(statement.inputs.map(get));
        });
        if (outcome === 'ok') throw new Error(`${statement.name}: accepted`);
      }
    }
  }

  /** Runs a body that may fail, and records whether it did. */
  #attempt(name: string, body: () => void): string {
    let outcome = 'ok';
    try {
      body();
    } catch (error) {
      if (!(error instanceof InkgradError || error instanceof PlannedError)) throw error;
      outcome = error.name;
    }
    this.#sink.outcomes.push(`${this.#sink.prefix}, ${name}: ${outcome}`);
    return outcome;
  }

  #readAll(tensors: Tensors): void {
    for (const [id, each] of tensors) {
      this.#read(`t${id}`, each);
      if (each.grad !== null) this.#read(`gradient of t${id}`, each.grad);
    }
  }

  #read(name: string, each: Tensor): void {
    const full = `${this.#sink.prefix}, round ${this.#round}, ${name} ${format(each.shape)}`;
    const count = (this.#reads.get(full) ?? 0) + 1;
    this.#reads.set(full, count);
    this.#sink.reads.push([count === 1 ? full : `${full}, read ${count}`, each.data()]);
  }
}

function makeOptimizer(name: Program['optimizer'], parameters: Parameter[]): Optimizer {
  // A large epsilon: with 1e-8, Adam turns a gradient of 0 with a rounding error into a full step.
  switch (name) {
    case 'SGD':
      return new SGD(parameters, { lr: 0.1 });
    case 'SGD with momentum':
      return new SGD(parameters, { lr: 0.05, momentum: 0.5, nesterov: true, weightDecay: 0.01 });
    case 'Adam':
      return new Adam(parameters, { lr: 0.05, epsilon: 0.01 });
    case 'AdamW':
      return new AdamW(parameters, { lr: 0.05, epsilon: 0.01 });
  }
}

/** Host values of a leaf, rounded to float32, so that all backends start from the same numbers. */
function leafValues({ shape, values, limit, seed }: Leaf): Float32Array {
  const rng = new Rng(seed);
  const draw = {
    integers: () => rng.below(5) - 2,
    uniform: () => rng.between(-2, 2),
    positive: () => rng.between(0.5, 2),
    indices: () => rng.below(limit),
    binary: () => rng.below(2),
  }[values];
  return Float32Array.from({ length: sizeOf(shape) }, draw);
}

/** Integers from -3 to 3 without 0: exact inputs stay exact in the backward pass. */
function direction(shape: Shape, seed: number): Tensor {
  const rng = new Rng(seed);
  const draw = (): number => (1 + rng.below(3)) * (2 * rng.below(2) - 1);
  return tensor(Float32Array.from({ length: sizeOf(shape) }, draw), { shape });
}

// Makes a rung executable in this process.

import * as ink from '../../src/index.js';
import { compileRevectorized } from '../../src/engine/backends/wasm/wide.js';
import { wideSimdObstacle } from '../../src/engine/backends/wasm/wideSupport.js';
import { wasmFeatures, type ModuleBuild } from '../../src/engine/backends/wasm/index.js';
import { convolve } from './definition.js';
import { outputLength, type Problem } from './problem.js';
import type { Program } from './rungs.js';

export interface Runner {
  /** Computes the convolution once. */
  run(): void;
  /** The result of the last run, NHWC. */
  output(): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** The exports of a module of rungs/. */
interface RungExports extends WebAssembly.Exports {
  setSizes(height: number, width: number, channels: number, outChannels: number): void;
  pack(weight: number, panels: number): void;
  convolve(x: number, panels: number, out: number, scratch: number, images: number): void;
}

/** Operands of a module begin here, behind its static data. */
const START = 128 * 1024;
/** Bytes of padded images and of transformed inputs, for sizes up to those of the example. */
const SCRATCH = 4 * 2 ** 20;

/** The build of a program in this version of Node. */
async function buildOf(program: Exclude<Program, { kind: 'javascript' }>): Promise<ModuleBuild> {
  if (program.build !== 'fast') return program.build;
  return (await wasmFeatures()).relaxedSimd ? 'relaxed' : 'base';
}

/** Why this process cannot run a program; null if it can. */
export async function obstacleOf(program: Program): Promise<string | null> {
  if (program.kind === 'javascript') return null;
  const build = await buildOf(program);
  if (build === 'base') return null;
  if (!(await wasmFeatures()).relaxedSimd)
    return `Node ${process.versions.node} lacks relaxed SIMD`;
  const isWide = program.kind === 'module' ? program.revectorized === true : build === 'wide';
  const obstacle = isWide ? await wideSimdObstacle() : null;
  return obstacle === null ? null : `no 256-bit SIMD: ${obstacle}`;
}

/**
 * Prepares a program: compiles it, uploads the operands and packs the weights.
 *
 * @param compile the bytes of a module of rungs/
 */
export async function openRunner(
  program: Program,
  problem: Problem,
  compile: (file: string, build: ModuleBuild) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Runner> {
  if (program.kind === 'javascript') return openDefinition(problem);
  if (program.kind === 'package') return openPackage(await buildOf(program), problem);
  const bytes = await compile(program.file, await buildOf(program));
  if (program.revectorized !== true) {
    return new ModuleRunner(new WebAssembly.Module(distinct(bytes)), problem);
  }
  const module = await compileRevectorized(bytes, (compiled) => {
    const runner = new ModuleRunner(compiled, problem);
    runner.run();
  });
  return new ModuleRunner(module, problem);
}

/**
 * V8 caches modules by their bytes. A custom section, which has no effect, separates the module from the
 * one that the revectorizer compiles.
 */
const distinct = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...bytes, 0, 2, 1, 'x'.charCodeAt(0)]);

function openDefinition(problem: Problem): Runner {
  const out = new Float32Array(outputLength(problem.sizes));
  return {
    run: () => convolve(problem, out),
    output: () => Promise.resolve(out.slice()),
    dispose: () => Promise.resolve(),
  };
}

class ModuleRunner implements Runner {
  readonly #exports: RungExports;
  readonly #memory: WebAssembly.Memory;
  readonly #images: number;
  readonly #x: number;
  readonly #panels: number;
  readonly #out: number;
  readonly #scratch: number;
  readonly #outLength: number;

  constructor(module: WebAssembly.Module, { sizes, x, weight }: Problem) {
    const { images, height, width, channels, outChannels } = sizes;
    this.#outLength = outputLength(sizes);
    // Transformed filters of tiles of 4 take 36 floats instead of 9; behind them is scratch of `pack`.
    const lengths = [x.length, weight.length, 4 * weight.length + 1024, this.#outLength];
    const total = lengths.reduce((sum, length) => sum + aligned(4 * length), START + SCRATCH);
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(total / 65536) });
    const env = { memory: this.#memory, thread: 0 };
    this.#exports = new WebAssembly.Instance(module, { env }).exports as RungExports;
    let next = START;
    const [atX, atWeight, atPanels, atOut] = lengths.map((length) => {
      const address = next;
      next += aligned(4 * length);
      return address;
    });
    [this.#x, this.#panels, this.#out, this.#scratch] = [atX, atPanels, atOut, next];
    this.#images = images;
    new Float32Array(this.#memory.buffer, atX, x.length).set(x);
    new Float32Array(this.#memory.buffer, atWeight, weight.length).set(weight);
    this.#exports.setSizes(height, width, channels, outChannels);
    this.#exports.pack(atWeight, atPanels);
  }

  run(): void {
    this.#exports.convolve(this.#x, this.#panels, this.#out, this.#scratch, this.#images);
  }

  output(): Promise<Float32Array> {
    return Promise.resolve(
      new Float32Array(this.#memory.buffer, this.#out, this.#outLength).slice(),
    );
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

/** Whole cache lines. */
const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** `conv2d` of the package on one thread. The first run converts the operands to its layouts. */
async function openPackage(build: ModuleBuild, { sizes, x, weight }: Problem): Promise<Runner> {
  const { images, height, width, channels, outChannels } = sizes;
  const backend = await ink.createWasmBackend({ threads: 1, module: build });
  const [input, filters] = ink.withBackend(backend, () => [
    ink.tensor(transposed(x, height * width, channels), {
      shape: [images, channels, height, width],
    }),
    ink.tensor(weight, { shape: [outChannels, channels, 3, 3] }),
  ]);
  const convolution = (): ink.Tensor =>
    ink.noGrad(() => ink.conv2d(input, filters, null, { padding: 1 }));
  return {
    run: () => ink.withBackend(backend, () => ink.scope(() => void convolution())),
    output: async () => {
      const values = await ink.withBackend(backend, () => ink.scope(() => convolution().data()));
      return transposed(Float32Array.from(values), outChannels, height * width);
    },
    dispose: () => backend.dispose(),
  };
}

/** [batch, rows, columns] -> [batch, columns, rows] */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return values.map((_, index) => {
    const [row, rest] = [index % rows, Math.floor(index / rows)];
    const [column, n] = [rest % columns, Math.floor(rest / columns)];
    return values[(n * rows + row) * columns + column];
  });
}

// The contenders: start command and requirements of each. bench/README.md describes them.

import { compiled, source } from '../support/paths.js';
import type { ChildOptions } from './child.js';
import { BEST_ENVIRONMENT, DEFAULT_ENVIRONMENT, moduleEnvironment, pinned } from './launch.js';
import { install, nodeProgram, type NodeMajor, type PackageName } from './peers.js';
import { defaultPython, isAtLeast, torchPython, type TorchPython } from './python.js';
import { WORKLOAD } from './workload.js';

export interface ContenderEntry {
  readonly name: string;
  /** Largest accepted difference of its losses from the first contender's. */
  readonly tolerance: number;
  /**
   * Fetches missing dependencies and returns the start command.
   *
   * @throws Error with the reason why the contender cannot take part
   */
  readonly prepare: () => Promise<ChildOptions>;
}

/**
 * Larger differences of float32 losses indicate a different network or gradient. (Losses are about
 * 3.9.)
 */
const FLOAT32_TOLERANCE = 2e-3;

/**
 * A bfloat16 number has eight significant bits, a relative error of up to 0.4 %. Losses of 3.9 were
 * measured to differ by up to 0.005.
 */
const BFLOAT16_TOLERANCE = 2e-2;

const entry = (
  name: string,
  prepare: () => Promise<ChildOptions>,
  tolerance = FLOAT32_TOLERANCE,
): ContenderEntry => ({ name, tolerance, prepare });

interface InkgradOptions {
  readonly node: NodeMajor;
  readonly threads: number;
  /** `wide` requires 256-bit SIMD; the default excludes it. */
  readonly module?: 'default' | 'wide';
}

/** `inkgrad-node24`, `inkgrad-node24-wide`, `inkgrad-node24-1thread`. */
function inkgrad({ node, threads, module = 'default' }: InkgradOptions): ContenderEntry {
  const parts = [`inkgrad-node${node}`];
  if (module === 'wide') parts.push('wide');
  if (threads === 1) parts.push('1thread');
  return entry(parts.join('-'), async () => {
    const program = await nodeProgram(node);
    const options = {
      command: [program, compiled('contenders/inkgrad.js'), `${threads}`],
      env: moduleEnvironment(module),
    };
    return threads === 1 ? pinned(options) : options;
  });
}

function peer(
  name: string,
  node: NodeMajor,
  file: string,
  packages: readonly PackageName[],
  args: readonly string[] = [],
): ContenderEntry {
  return entry(name, async () => {
    await install(packages);
    return { command: [await nodeProgram(node), compiled(`contenders/${file}.js`), ...args] };
  });
}

type PytorchMode = 'default' | 'best' | 'bf16';

/**
 * The contenders of one Python.
 *
 * @param prefix `pytorch`, or with the version: `pytorch-2.6`
 * @param find throws if there is no PyTorch
 */
function pytorch(prefix: string, find: () => Promise<TorchPython>): ContenderEntry[] {
  const prepare = async (threads: number, mode: PytorchMode): Promise<ChildOptions> => {
    const { command, version } = await find();
    if (mode === 'bf16' && !isAtLeast(version, 2))
      throw new Error(`bfloat16 autocast of a training step needs PyTorch 2, this is ${version}`);
    const script = [...command, source('contenders/pytorch.py'), WORKLOAD, `${threads}`, mode];
    return { command: script, env: mode === 'default' ? DEFAULT_ENVIRONMENT : BEST_ENVIRONMENT };
  };
  return [
    entry(prefix, () => prepare(2, 'default')),
    entry(`${prefix}-best`, () => prepare(2, 'best')),
    entry(`${prefix}-bf16`, () => prepare(2, 'bf16'), BFLOAT16_TOLERANCE),
    entry(`${prefix}-1thread`, async () => pinned(await prepare(1, 'default'))),
  ];
}

/** The contenders of a Python that the user named. A broken command is reported when it starts. */
async function namedPytorch(text: string): Promise<ContenderEntry[]> {
  const found = await torchPython(text).catch((error: unknown) => error as Error);
  const find = (): Promise<TorchPython> =>
    found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
  const version = found instanceof Error ? 'unknown' : /^\d+\.\d+/.exec(found.version)![0];
  return pytorch(`pytorch-${version}`, find);
}

const TFJS = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'] as const;

/**
 * All contenders.
 *
 * @param pythons commands of further Pythons, beside the default one
 */
export async function allContenders(
  pythons: readonly string[],
): Promise<readonly ContenderEntry[]> {
  const named = await Promise.all(pythons.map(namedPytorch));
  return [
    inkgrad({ node: 20, threads: 2 }),
    inkgrad({ node: 24, threads: 2 }),
    inkgrad({ node: 24, threads: 2, module: 'wide' }),
    inkgrad({ node: 26, threads: 2 }),
    inkgrad({ node: 26, threads: 2, module: 'wide' }),
    inkgrad({ node: 20, threads: 1 }),
    inkgrad({ node: 24, threads: 1 }),
    inkgrad({ node: 24, threads: 1, module: 'wide' }),
    inkgrad({ node: 26, threads: 1 }),
    ...pytorch('pytorch', defaultPython),
    ...named.flat(),
    peer('tfjs-node20', 20, 'tfjs', TFJS),
    peer('tfjs-node24', 24, 'tfjs', TFJS),
    peer('jax-js-node20', 20, 'jax', ['@jax-js/jax']),
    peer('jax-js-node24', 24, 'jax', ['@jax-js/jax']),
    peer('convnetjs-node20', 20, 'convnet', ['convnetjs']),
    peer('convnetjs-node24', 24, 'convnet', ['convnetjs']),
    peer('onnxruntime-web-node20', 20, 'onnx', ['onnxruntime-web'], ['web']),
    peer('onnxruntime-web-node24', 24, 'onnx', ['onnxruntime-web'], ['web']),
    peer('onnxruntime-node', 20, 'onnx', ['onnxruntime-node'], ['node']),
  ];
}

/**
 * The contenders that a list of names selects: an exact name, or any other word as a prefix
 * (`inkgrad-`). An empty list selects all.
 *
 * @throws Error if two contenders have the same name, because two Pythons have the same PyTorch
 */
export function selectByName<T extends { readonly name: string }>(
  all: readonly T[],
  only: readonly string[],
): T[] {
  const names = new Set(all.map(({ name }) => name));
  const duplicate = all.find(
    ({ name }, index) => all.findIndex((one) => one.name === name) < index,
  );
  if (duplicate !== undefined) throw new Error(`--python: there are two '${duplicate.name}'`);
  return all.filter(
    ({ name }) =>
      only.length === 0 ||
      only.some((pattern) => (names.has(pattern) ? name === pattern : name.startsWith(pattern))),
  );
}

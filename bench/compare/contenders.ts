// The contenders: start command and requirements of each. bench/README.md describes them.

import { compiled, source } from '../support/paths.js';
import type { ChildOptions } from './child.js';
import {
  install,
  nodeProgram,
  pythonWithTorch,
  type NodeMajor,
  type PackageName,
} from './peers.js';
import { WORKLOAD } from './workload.js';

export interface ContenderEntry {
  readonly name: string;
  /**
   * Fetches missing dependencies and returns the start command.
   *
   * @throws Error with the reason why the contender cannot take part
   */
  readonly prepare: () => Promise<ChildOptions>;
}

/**
 * Pins a command to the first core, so that single-threaded contenders are compared on the same
 * core.
 */
const pinned = (options: ChildOptions): ChildOptions => ({
  ...options,
  command: ['taskset', '-c', '0', ...options.command],
});

function inkgrad(node: NodeMajor, threads: number): () => Promise<ChildOptions> {
  return async () => {
    const command = [await nodeProgram(node), compiled('contenders/inkgrad.js'), `${threads}`];
    return threads === 1 ? pinned({ command }) : { command };
  };
}

function peer(
  node: NodeMajor,
  file: string,
  packages: readonly PackageName[],
  args: readonly string[] = [],
): () => Promise<ChildOptions> {
  return async () => {
    await install(packages);
    return { command: [await nodeProgram(node), compiled(`contenders/${file}.js`), ...args] };
  };
}

/** Environment variables that would change a run with default settings. */
const UNSET = Object.fromEntries(
  [
    'OMP_NUM_THREADS',
    'OMP_PROC_BIND',
    'OMP_WAIT_POLICY',
    'OMP_PLACES',
    'GOMP_SPINCOUNT',
    'MKL_NUM_THREADS',
    'OPENBLAS_NUM_THREADS',
    'OPENBLAS_CORETYPE',
    'ATEN_CPU_CAPABILITY',
    'LD_PRELOAD',
    'MALLOC_MMAP_THRESHOLD_',
    'MALLOC_TRIM_THRESHOLD_',
    'MALLOC_TOP_PAD_',
  ].map((name) => [name, null]),
);

const MIB = 2 ** 20;

/**
 * Environment of the tuned runs. There is one thread pool, OpenMP's, with pinned threads. glibc
 * retains large activations instead of returning them to the system: 0.2 page faults per step
 * instead of 6,240, measured with PyTorch 1.13.
 */
const BEST_ENVIRONMENT = {
  ...UNSET,
  OMP_NUM_THREADS: '2',
  OPENBLAS_NUM_THREADS: '1',
  OMP_PROC_BIND: 'true',
  // Older glibc rejects larger values; the largest activation here has 6.4 MB.
  MALLOC_MMAP_THRESHOLD_: `${32 * MIB}`,
  MALLOC_TRIM_THRESHOLD_: `${4096 * MIB}`,
  MALLOC_TOP_PAD_: `${256 * MIB}`,
};

async function pytorch(threads: number, best: boolean): Promise<ChildOptions> {
  const script = [await pythonWithTorch(), source('contenders/pytorch.py'), WORKLOAD, `${threads}`];
  return best
    ? { command: [...script, '--best'], env: BEST_ENVIRONMENT }
    : { command: script, env: UNSET };
}

const TFJS = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'] as const;

export const CONTENDERS: readonly ContenderEntry[] = [
  { name: 'inkgrad-node20', prepare: inkgrad(20, 2) },
  { name: 'inkgrad-node24', prepare: inkgrad(24, 2) },
  { name: 'inkgrad-node20-1thread', prepare: inkgrad(20, 1) },
  { name: 'inkgrad-node24-1thread', prepare: inkgrad(24, 1) },
  { name: 'pytorch', prepare: () => pytorch(2, false) },
  { name: 'pytorch-best', prepare: () => pytorch(2, true) },
  { name: 'pytorch-1thread', prepare: async () => pinned(await pytorch(1, false)) },
  { name: 'tfjs-node20', prepare: peer(20, 'tfjs', TFJS) },
  { name: 'tfjs-node24', prepare: peer(24, 'tfjs', TFJS) },
  { name: 'jax-js-node20', prepare: peer(20, 'jax', ['@jax-js/jax']) },
  { name: 'jax-js-node24', prepare: peer(24, 'jax', ['@jax-js/jax']) },
  { name: 'convnetjs-node20', prepare: peer(20, 'convnet', ['convnetjs']) },
  { name: 'convnetjs-node24', prepare: peer(24, 'convnet', ['convnetjs']) },
  { name: 'onnxruntime-web-node20', prepare: peer(20, 'onnx', ['onnxruntime-web'], ['web']) },
  { name: 'onnxruntime-web-node24', prepare: peer(24, 'onnx', ['onnxruntime-web'], ['web']) },
  { name: 'onnxruntime-node', prepare: peer(20, 'onnx', ['onnxruntime-node'], ['node']) },
];

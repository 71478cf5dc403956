// The wasm backend: hand-written SIMD kernels in WebAssembly where they pay, and for everything else the loop of
// the reference backend over the same memory. A missing override is slower, never an error.
// Imports the machine, the override tables, the reference loop and the SIMD module (by dynamic import).

import type {
  Backend,
  Buffer,
  FloatArray,
  Launch,
  MemoryReport,
  RoutineImplementation,
} from '../../backend.js';
import { BackendError } from '../../errors.js';
import { checkLaunch, runInLoop } from '../reference.js';
import type { SimdExports } from './exports.js';
import { Machine, type WasmBuffer } from './machine.js';
import { LinearMemory } from './memory.js';
import { overrides, routines } from './overrides.js';

/** 16 MiB to start with; it grows as needed, up to the 4 GiB that 32-bit addresses reach. */
const INITIAL_PAGES = 256;

/**
 * Starts the SIMD backend on this thread.
 *
 * @throws BackendError if this JavaScript engine has no WebAssembly SIMD
 * @example useBackend(await createWasmBackend());
 */
export async function createWasmBackend(): Promise<Backend> {
  const { bytes } = await import('#simd/base');
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES });
  let instance: WebAssembly.Instance;
  try {
    ({ instance } = await WebAssembly.instantiate(bytes, { env: { memory } }));
  } catch (error) {
    throw new BackendError(`wasm: this JavaScript engine cannot run the SIMD module (${String(error)})`);
  }
  const simd = instance.exports as unknown as SimdExports;
  return new WasmBackend(new Machine(new LinearMemory(memory, simd.heapBase.value as number), simd));
}

class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly dtype = 'float32';
  readonly routines: Readonly<Record<string, RoutineImplementation>>;
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.routines = Object.fromEntries(
      Object.entries(routines).map(([name, routine]) => [
        name,
        (launch) => routine(machine, launch.inputs as WasmBuffer[], launch),
      ]),
    );
  }

  get memory(): MemoryReport {
    return this.#machine.memory.report;
  }

  upload(values: ArrayLike<number>): Buffer {
    const buffer = this.#machine.allocate(values.length);
    this.#machine.memory.floats(buffer.address, buffer.length).set(values);
    return buffer;
  }

  run(launch: Launch): Buffer {
    checkLaunch(launch);
    const override = overrides[launch.kernel.name];
    const inputs = launch.inputs as WasmBuffer[];
    return override?.(this.#machine, inputs, launch) ?? this.#runInLoop(inputs, launch);
  }

  read(buffer: Buffer): Promise<FloatArray> {
    const address = this.#machine.plain(buffer as WasmBuffer);
    return Promise.resolve(new Float32Array(this.#machine.memory.floats(address, buffer.length)));
  }

  free(buffer: Buffer): void {
    this.#machine.free(buffer as WasmBuffer);
  }

  dispose(): Promise<void> {
    this.#machine.memory.clear();
    return Promise.resolve();
  }

  /** The reference backend's loop, over views of linear memory. */
  #runInLoop(inputs: WasmBuffer[], launch: Launch): Buffer {
    const { memory } = this.#machine;
    const addresses = inputs.map((input) => this.#machine.plain(input)); // may grow the memory: views come after
    const output =
      launch.donate === undefined ? this.#machine.allocate(launch.length) : inputs[launch.donate];
    const arrays = inputs.map((input, index) => memory.floats(addresses[index], input.length));
    runInLoop(launch, arrays, memory.floats(output.address, launch.length));
    return output;
  }
}

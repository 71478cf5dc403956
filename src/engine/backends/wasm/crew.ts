// The crew: worker threads that share the module's memory, started once, asleep or spinning between jobs.
// Imports the loop they run (work.ts), errors, and the platform's threads, dynamically.

import { BackendError } from '../../errors.js';
import type { LinearMemory } from './memory.js';
import { takeChunks, workLoop, type ControlFields, type WorkerData } from './work.js';

const FIELDS: ControlFields = {
  ...{ generation: 0, open: 1, active: 2, next: 3, units: 4, chunk: 5 },
  ...{ job: 6, argumentCount: 7, scratchArgument: 8, scratchBytes: 9, stop: 10 },
};
const CONTROL_WORDS = 16;
const MAX_ARGUMENTS = 32;

/** Looks for a job before sleeping: about 0.4 ms, more than the gap between two kernels. */
const SPINS = 20_000;

/** What every thread instantiates. */
export interface SharedModule {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** A job for all threads. */
export interface Job {
  readonly name: string;
  /** Arguments before `begin` and `end`. */
  readonly args: readonly number[];
  readonly units: number;
  /** Units a thread takes at a time. */
  readonly chunk: number;
  /** The argument that is an address of scratch memory, and how many bytes each thread has of it. */
  readonly scratch?: { readonly argument: number; readonly bytes: number } | undefined;
}

/** A thread as the platform has it. */
interface Thread {
  end(): Promise<void>;
}

export class Crew {
  /** How many threads compute, the calling one included. */
  readonly size: number;
  readonly #threads: readonly Thread[];
  readonly #control: Int32Array;
  readonly #values: Float64Array;
  readonly #functions: readonly ((...args: number[]) => void)[];
  readonly #index: ReadonlyMap<string, number>;
  #generation = 0;

  private constructor(
    threads: readonly Thread[],
    control: Int32Array,
    values: Float64Array,
    exports: WebAssembly.Exports,
  ) {
    this.#threads = threads;
    this.size = threads.length + 1;
    this.#control = control;
    this.#values = values;
    const names = Object.keys(exports).sort();
    this.#index = new Map(names.map((name, index) => [name, index]));
    this.#functions = names.map((name) => exports[name] as (...args: number[]) => void);
  }

  /** Starts `size - 1` workers; the calling thread is the last of the crew. They never keep a process alive. */
  static async start(
    size: number,
    shared: SharedModule,
    heap: LinearMemory,
    exports: WebAssembly.Exports,
  ): Promise<Crew> {
    const controlAddress = heap.reserve(CONTROL_WORDS * 4);
    const valuesAddress = heap.reserve(MAX_ARGUMENTS * 8);
    const control = new Int32Array(shared.memory.buffer, controlAddress, CONTROL_WORDS);
    const values = new Float64Array(shared.memory.buffer, valuesAddress, MAX_ARGUMENTS);
    control.fill(0);
    const threads = await Promise.all(
      Array.from({ length: size - 1 }, (_, index) => {
        const place = { controlAddress, valuesAddress, fields: FIELDS, thread: index + 1, spins: SPINS };
        return startThread({ ...shared, ...place });
      }),
    );
    return new Crew(threads, control, values, exports);
  }

  /** Runs a job on all threads and returns when it is done. */
  run({ name, args, units, chunk, scratch }: Job): void {
    const control = this.#control;
    this.#values.set(args);
    control[FIELDS.job] = this.#index.get(name)!;
    control[FIELDS.argumentCount] = args.length;
    control[FIELDS.units] = units;
    control[FIELDS.chunk] = chunk;
    control[FIELDS.scratchArgument] = scratch?.argument ?? -1;
    control[FIELDS.scratchBytes] = scratch?.bytes ?? 0;
    Atomics.store(control, FIELDS.next, 0);
    this.#generation += 1;
    Atomics.store(control, FIELDS.open, this.#generation);
    Atomics.store(control, FIELDS.generation, this.#generation);
    Atomics.notify(control, FIELDS.generation);

    takeChunks(this.#functions, control, this.#values, FIELDS, 0);
    Atomics.store(control, FIELDS.open, 0);
    while (Atomics.load(control, FIELDS.active) > 0); // others finish their last chunk
  }

  /** Ends the workers. */
  async dispose(): Promise<void> {
    Atomics.store(this.#control, FIELDS.stop, 1);
    Atomics.add(this.#control, FIELDS.generation, 1);
    Atomics.notify(this.#control, FIELDS.generation);
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}

/** The program of a worker, as text: it needs no file, so it runs from sources, from dist and from a bundle. */
const program = (data: string): string => `(${workLoop.toString()})(${data}, ${takeChunks.toString()});`;

async function startThread(data: WorkerData): Promise<Thread> {
  if (typeof process === 'undefined') return startBrowserThread(data);
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(program("require('node:worker_threads').workerData"), {
    eval: true,
    execArgv: [], // the parent's flags are for its own program, not for this text
    workerData: data,
  });
  worker.unref();
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const end = (): Promise<void> => {
    worker.ref(); // whoever waits for the end wants the process to live until then
    return ended;
  };
  return { end };
}

/**
 * A web worker. It reports before it begins: without that pause the page's own thread could go on computing, and a browser
 * starts no worker as long as the page that asked for it does not rest.
 */
async function startBrowserThread(data: WorkerData): Promise<Thread> {
  const text = `onmessage = ({ data }) => { postMessage(0); ${program('data')} };`;
  const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(address);
  try {
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = () => {
        reject(
          new BackendError(
            'wasm: a worker thread does not start; the Content-Security-Policy must allow  worker-src blob:  or use threads: 1',
          ),
        );
      };
      worker.postMessage(data);
    });
  } finally {
    URL.revokeObjectURL(address);
  }
  return {
    end: () => {
      worker.terminate();
      return Promise.resolve();
    },
  };
}

// Thread pool: worker threads that share the module's memory, and the queue from which they and
// the calling thread take jobs.
//
// `enqueue` returns at once. The workers compute while the calling thread continues with the
// next launch. `flush` computes on the calling thread too, until every job is done; the
// backend calls it when JavaScript needs a value. Workers start once. Between jobs they spin
// for about a millisecond, then sleep.

import { BackendError } from '../../errors.js';
import type { LinearMemory } from './memory.js';
import {
  doJob,
  workLoop,
  type ControlFields,
  type JobFields,
  type Queue,
  type WorkerData,
} from './work.js';

const FIELDS: ControlFields = { round: 0, open: 1, active: 2, jobs: 3, stop: 4, failed: 5 };
const CONTROL_WORDS = 16;
const MESSAGE_BYTES = 256;
const JOB: JobFields = {
  functionIndex: 0,
  argumentCount: 1,
  units: 2,
  chunk: 3,
  scratchArgument: 4,
  scratchBytes: 5,
  chunksTaken: 8,
  unitsDone: 9,
};
/** 64 bytes: the counters of two jobs never share a cache line. */
const JOB_WORDS = 16;
const MAX_ARGUMENTS = 24;
/** Maximum number of jobs in the queue; a training step has about 100. */
const CAPACITY = 256;

/**
 * Maximum number of chunks of a job: each half of the chunk counter has 16 bits, and threads
 * increment it a little past the end.
 */
const MAX_CHUNKS = 2 ** 15;

/**
 * Number of checks for a new job before sleeping: about 1 ms, more than the gap
 * between two launches or two steps.
 */
const SPINS = 60_000;

/** The module and the memory that every thread instantiates. */
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
  /** Index of the argument with the scratch address, and bytes of scratch for each thread. */
  readonly scratch?: { readonly argument: number; readonly bytes: number } | undefined;
}

/** A worker of Node or of a browser. */
interface Thread {
  end(): Promise<void>;
}

/** The error of a WebAssembly trap, after which the memory is in an undefined state. */
export const jobFailed = (reason: string): BackendError =>
  new BackendError(
    `wasm: a job failed (${reason}); this backend cannot be used any more, create a new one`,
  );

export class ThreadPool {
  /** Number of threads, including the calling one. */
  readonly size: number;
  readonly #threads: readonly Thread[];
  readonly #control: Int32Array;
  readonly #queue: Queue;
  readonly #index: ReadonlyMap<string, number>;
  readonly #message: Uint8Array;
  #round = 0;
  /** Jobs in the current round; 0 if there is none. */
  #jobs = 0;

  private constructor(
    threads: readonly Thread[],
    control: Int32Array,
    queue: Queue,
    names: readonly string[],
    message: Uint8Array,
  ) {
    this.#message = message;
    this.#threads = threads;
    this.size = threads.length + 1;
    this.#control = control;
    this.#queue = queue;
    this.#index = new Map(names.map((name, index) => [name, index]));
  }

  /**
   * Starts `size - 1` workers; the calling thread is thread 0. The workers
   * do not keep a process alive.
   */
  static async start(
    size: number,
    { module, memory }: SharedModule,
    heap: LinearMemory,
    exports: WebAssembly.Exports,
  ): Promise<ThreadPool> {
    const controlAddress = heap.reserve(CONTROL_WORDS * 4);
    const messageAddress = heap.reserve(MESSAGE_BYTES);
    const wordsAddress = heap.reserve(CAPACITY * JOB_WORDS * 4);
    const valuesAddress = heap.reserve(CAPACITY * MAX_ARGUMENTS * 8);
    const control = new Int32Array(memory.buffer, controlAddress, CONTROL_WORDS);
    control.fill(0);
    const names = Object.keys(exports).sort();
    const queue: Queue = {
      functions: names.map((name) => exports[name] as (...args: number[]) => void),
      words: new Int32Array(memory.buffer, wordsAddress, CAPACITY * JOB_WORDS),
      values: new Float64Array(memory.buffer, valuesAddress, CAPACITY * MAX_ARGUMENTS),
      jobWords: JOB_WORDS,
      jobValues: MAX_ARGUMENTS,
      jobFields: JOB,
      control,
      failed: FIELDS.failed,
    };
    const shared = {
      module,
      memory,
      controlAddress,
      wordsAddress,
      valuesAddress,
      fields: FIELDS,
      jobFields: JOB,
      messageAddress,
      messageBytes: MESSAGE_BYTES,
      jobWords: JOB_WORDS,
      jobValues: MAX_ARGUMENTS,
      capacity: CAPACITY,
      spins: SPINS,
    };
    const threads = await Promise.all(
      Array.from({ length: size - 1 }, (_, index) => startThread({ ...shared, thread: index + 1 })),
    );
    const message = new Uint8Array(memory.buffer, messageAddress, MESSAGE_BYTES);
    return new ThreadPool(threads, control, queue, names, message);
  }

  /** Whether every job is done, so that the calling thread may access the memory. */
  get isIdle(): boolean {
    return this.#jobs === 0;
  }

  /**
   * Adds a job to the queue. It runs after all earlier jobs, on all
   * threads, while the caller continues.
   *
   * @throws BackendError if a job has failed before
   */
  enqueue({ name, args, units, chunk, scratch }: Job): void {
    this.#checkAlive();
    if (this.#jobs === CAPACITY) this.flush();
    const { words, values } = this.#queue;
    const base = this.#jobs * JOB_WORDS;
    words[base + JOB.functionIndex] = this.#index.get(name)!;
    words[base + JOB.argumentCount] = args.length;
    words[base + JOB.units] = units;
    words[base + JOB.chunk] = Math.max(chunk, Math.ceil(units / MAX_CHUNKS));
    words[base + JOB.scratchArgument] = scratch?.argument ?? -1;
    words[base + JOB.scratchBytes] = scratch?.bytes ?? 0;
    words[base + JOB.chunksTaken] = 0;
    words[base + JOB.unitsDone] = 0;
    values.set(args, this.#jobs * MAX_ARGUMENTS);
    this.#jobs += 1;
    Atomics.store(this.#control, FIELDS.jobs, this.#jobs);
    if (this.#jobs > 1) {
      Atomics.notify(this.#control, FIELDS.jobs);
      return;
    }
    this.#round += 1;
    Atomics.store(this.#control, FIELDS.open, this.#round);
    Atomics.store(this.#control, FIELDS.round, this.#round);
    Atomics.notify(this.#control, FIELDS.round);
  }

  /**
   * Computes together with the workers until every job is done. Then this thread
   * may read and write the memory.
   *
   * @throws BackendError if a job has failed: a WebAssembly trap on any thread. The results
   *   of its round are undefined.
   */
  flush(): void {
    this.#finishRound();
    this.#checkAlive();
  }

  #finishRound(): void {
    if (this.#jobs === 0) return;
    const control = this.#control;
    try {
      for (let index = 0; index < this.#jobs; index++) doJob(this.#queue, index, 0);
    } catch (error) {
      this.#message
        .fill(0)
        .set(new TextEncoder().encode(String(error)).subarray(0, MESSAGE_BYTES - 1));
      Atomics.store(control, FIELDS.failed, 1);
    }
    this.#jobs = 0;
    Atomics.store(control, FIELDS.open, 0);
    Atomics.store(control, FIELDS.jobs, -1);
    Atomics.notify(control, FIELDS.jobs);
    while (Atomics.load(control, FIELDS.active) > 0); // until every worker has left the round
  }

  #checkAlive(): void {
    if (Atomics.load(this.#control, FIELDS.failed) === 0) return;
    const bytes = this.#message.slice(); // TextDecoder does not accept shared memory
    const reason = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
    throw jobFailed(reason);
  }

  /** Finishes all jobs and ends the workers. */
  async dispose(): Promise<void> {
    this.#finishRound();
    Atomics.store(this.#control, FIELDS.stop, 1);
    Atomics.add(this.#control, FIELDS.round, 1);
    Atomics.notify(this.#control, FIELDS.round);
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}

/**
 * The program of a worker, as text. It needs no file, so it works from
 * source, from dist and in a bundle.
 */
const program = (data: string): string => `(${workLoop.toString()})(${data}, ${doJob.toString()});`;

async function startThread(data: WorkerData): Promise<Thread> {
  if (typeof process === 'undefined') return startBrowserThread(data);
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(program("require('node:worker_threads').workerData"), {
    eval: true,
    execArgv: [], // the flags of the parent process do not apply to this program
    workerData: data,
  });
  worker.unref();
  worker.once('error', ignoreFailedStart);
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const end = (): Promise<void> => {
    worker.ref(); // keeps the process alive until the worker has ended
    return ended;
  };
  return { end };
}

/**
 * Ignores that a thread could not start, for example because too many files are open: the others do
 * its work, with equal results.
 */
function ignoreFailedStart(error: Error): void {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_INIT_FAILED') throw error;
}

/**
 * Starts a web worker and waits for its first message: a browser starts no worker while the page's
 * thread is busy, so the caller must not compute before.
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
            'wasm: a worker thread failed to start; ' +
              'the Content-Security-Policy must allow  worker-src blob:  or use threads: 1',
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

// The crew: worker threads that share the module's memory, started once, asleep or spinning between jobs, and the queue
// from which they and the calling thread take jobs. Imports the loop they run (work.ts), errors, and the platform's threads,
// dynamically.
//
// `enqueue` returns at once. The workers compute while the calling thread is still busy with shapes, graphs and the next
// launch; at `settle`, when it needs a number, it computes too.

import { BackendError } from '../../errors.js';
import type { LinearMemory } from './memory.js';
import { doJob, workLoop, type ControlFields, type JobFields, type Queue, type WorkerData } from './work.js';

const FIELDS: ControlFields = { round: 0, open: 1, active: 2, jobs: 3, stop: 4, failed: 5 };
const CONTROL_WORDS = 16;
const MESSAGE_BYTES = 256;
const JOB: JobFields = {
  job: 0,
  argumentCount: 1,
  units: 2,
  chunk: 3,
  scratchArgument: 4,
  scratchBytes: 5,
  taken: 8,
  done: 9,
};
/** 64 bytes: the counters of two jobs never share a cache line. */
const JOB_WORDS = 16;
const MAX_ARGUMENTS = 24;
/** Jobs that wait at most; a training step has about 100. */
const CAPACITY = 256;

/** Chunks of a job at most: each half of the counter of chunks has 16 bits, and threads count on a little when none is left. */
const MAX_CHUNKS = 2 ** 15;

/** Looks for a job before sleeping: about 1 ms, more than the gap between two launches or two steps. */
const SPINS = 60_000;

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
  readonly #queue: Queue;
  readonly #index: ReadonlyMap<string, number>;
  readonly #message: Uint8Array;
  #round = 0;
  /** Jobs in the present round; 0 if there is none. */
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

  /** Starts `size - 1` workers; the calling thread is the last of the crew. They never keep a process alive. */
  static async start(
    size: number,
    { module, memory }: SharedModule,
    heap: LinearMemory,
    exports: WebAssembly.Exports,
  ): Promise<Crew> {
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
      at: JOB,
      control,
      failed: FIELDS.failed,
    };
    const place = {
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
      Array.from({ length: size - 1 }, (_, index) => startThread({ ...place, thread: index + 1 })),
    );
    const message = new Uint8Array(memory.buffer, messageAddress, MESSAGE_BYTES);
    return new Crew(threads, control, queue, names, message);
  }

  /**
   * Adds a job to the queue. It runs after all jobs before it, on all threads, while the caller goes on.
   *
   * @throws BackendError if a job has failed before
   */
  enqueue({ name, args, units, chunk, scratch }: Job): void {
    this.#checkAlive();
    if (this.#jobs === CAPACITY) this.settle();
    const { words, values } = this.#queue;
    const word = this.#jobs * JOB_WORDS;
    words[word + JOB.job] = this.#index.get(name)!;
    words[word + JOB.argumentCount] = args.length;
    words[word + JOB.units] = units;
    words[word + JOB.chunk] = Math.max(chunk, Math.ceil(units / MAX_CHUNKS));
    words[word + JOB.scratchArgument] = scratch?.argument ?? -1;
    words[word + JOB.scratchBytes] = scratch?.bytes ?? 0;
    words[word + JOB.taken] = 0;
    words[word + JOB.done] = 0;
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
   * Computes along with the others until every job is done: then memory may be read and written from here.
   *
   * @throws BackendError if a job has failed: a WebAssembly trap on any thread. The results of its round are undefined.
   */
  settle(): void {
    this.#finishRound();
    this.#checkAlive();
  }

  #finishRound(): void {
    if (this.#jobs === 0) return;
    const control = this.#control;
    try {
      for (let index = 0; index < this.#jobs; index++) doJob(this.#queue, index, 0);
    } catch (error) {
      this.#message.fill(0).set(new TextEncoder().encode(String(error)).subarray(0, MESSAGE_BYTES - 1));
      Atomics.store(control, FIELDS.failed, 1);
    }
    this.#jobs = 0;
    Atomics.store(control, FIELDS.open, 0);
    Atomics.store(control, FIELDS.jobs, -1);
    Atomics.notify(control, FIELDS.jobs);
    while (Atomics.load(control, FIELDS.active) > 0); // others find that the round is over
  }

  #checkAlive(): void {
    if (Atomics.load(this.#control, FIELDS.failed) === 0) return;
    const bytes = this.#message.slice(); // TextDecoder refuses shared memory
    const reason = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
    throw new BackendError(`wasm: a job failed (${reason}); this backend is lost, create a new one`);
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

/** The program of a worker, as text: it needs no file, so it runs from sources, from dist and from a bundle. */
const program = (data: string): string => `(${workLoop.toString()})(${data}, ${doJob.toString()});`;

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

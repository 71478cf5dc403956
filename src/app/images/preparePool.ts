// A pool of worker threads that prepare image files.

import { Worker } from 'node:worker_threads';
import type { ImageFile } from './files.js';
import { prepareFile, type PreparedFile, type PrepareOptions } from './prepareFile.js';
import type { WorkerMessage } from './prepareWorker.js';

/** Files that a worker has at a time, so that it does not wait while this thread is busy. */
const QUEUE = 8;

export interface PoolOptions {
  /** The compiled program of a worker, for tests. Default: the one next to this file. */
  readonly program?: URL;
}

interface Job {
  readonly file: ImageFile;
  readonly resolve: (result: PreparedFile | Promise<PreparedFile>) => void;
  readonly reject: (reason: unknown) => void;
}

interface Slot {
  readonly worker: Worker;
  /** The files sent to the worker, in order. */
  readonly jobs: Job[];
  state: 'starting' | 'ready' | 'ended';
}

export class PreparePool {
  /** Resolves when every worker is ready or has failed to start. */
  readonly ready: Promise<void>;
  readonly #options: PrepareOptions;
  readonly #slots: readonly Slot[];

  constructor(
    count: number,
    options: PrepareOptions,
    { program = new URL('./prepareWorker.js', import.meta.url) }: PoolOptions = {},
  ) {
    this.#options = options;
    const started: Promise<void>[] = [];
    this.#slots = Array.from({ length: count }, () => {
      const worker = new Worker(program, { workerData: options, execArgv: [] });
      const slot: Slot = { worker, jobs: [], state: 'starting' };
      started.push(new Promise((resolve) => this.#listen(slot, resolve)));
      return slot;
    });
    this.ready = Promise.all(started).then(() => undefined);
  }

  #listen(slot: Slot, onStart: () => void): void {
    const { worker, jobs } = slot;
    worker.on('message', ({ result, failure }: WorkerMessage) => {
      if (slot.state === 'starting') {
        slot.state = 'ready';
        onStart();
        return;
      }
      const job = jobs.shift(); // undefined if the pool has been closed
      if (result !== undefined) job?.resolve(result);
      else job?.reject(failure);
    });
    worker.once('error', () => undefined); // 'exit' follows
    worker.once('exit', () => {
      slot.state = 'ended';
      onStart();
      // This thread prepares the files of a worker that could not start or ran out of memory.
      for (const { file, resolve } of jobs.splice(0)) resolve(prepareFile(file, this.#options));
    });
  }

  /** Whether a worker is ready for another file. */
  get hasCapacity(): boolean {
    return this.#slots.some(({ state, jobs }) => state === 'ready' && jobs.length < QUEUE);
  }

  /** Prepares a file on the worker with the fewest files. Requires capacity. */
  prepare(file: ImageFile): Promise<PreparedFile> {
    const { worker, jobs } = this.#slots
      .filter(({ state }) => state === 'ready')
      .reduce((least, slot) => (slot.jobs.length < least.jobs.length ? slot : least));
    return new Promise((resolve, reject) => {
      jobs.push({ file, resolve, reject });
      worker.postMessage(file.path);
    });
  }

  /** Ends the workers; files that they have are dropped. */
  async close(): Promise<void> {
    for (const { jobs } of this.#slots) jobs.length = 0;
    await Promise.all(this.#slots.map(({ worker }) => worker.terminate()));
  }
}

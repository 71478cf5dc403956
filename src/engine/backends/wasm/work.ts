// Worker thread main loop: runs jobs from a queue in shared memory, in order, until told to stop.
// `workLoop` and `doJob` are serialized with toString() (see threadPool.ts), so they must not
// reference anything outside themselves.
//
// A job is one SIMD function, its arguments, and a number of units. Every thread takes chunks of
// units until none is left, waits until the others have finished theirs, and continues with the
// next job: a job may read the results of the previous one. Results do not depend on which thread
// computes a unit, so they do not depend on the number of threads.
//
// Threads with even numbers take chunks from the front, the others from the back. Units are mostly
// images, so two threads work on the same halves of a batch in every job, and find the results of
// their last job in their caches.
//
// A round is the sequence of jobs between two moments at which the queue is empty. The main
// thread starts a round with its first job, adds jobs while the workers run them, and ends the
// round when it needs a result.

/** Index of each field in the control block of 32-bit words. */
export interface ControlFields {
  /** Number of the newest round; threads sleep on it. */
  readonly round: number;
  /** Number of the round that may be joined now, or 0. */
  readonly open: number;
  /** Number of workers inside the round; the main thread waits for 0 before it starts another. */
  readonly active: number;
  /** Jobs in the round so far, or -1 once all of them are done; threads sleep on it too. */
  readonly jobs: number;
  /** 1 ends the workers. */
  readonly stop: number;
  /** 1 once a job has thrown (a WebAssembly trap): no thread waits for its units any longer. */
  readonly failed: number;
}

/** Index of each field in a job of 32-bit words. */
export interface JobFields {
  /** Index of the function in the sorted names of the module's exports. */
  readonly functionIndex: number;
  readonly argumentCount: number;
  readonly units: number;
  /** Units taken at a time. */
  readonly chunk: number;
  /**
   * Index of the argument that is different for each thread, or -1: the address of scratch memory.
   */
  readonly scratchArgument: number;
  /** Distance in bytes between the scratch of two threads. */
  readonly scratchBytes: number;
  /**
   * Number of chunks taken: from the front in the lower 16 bits, from the back in the upper ones.
   */
  readonly chunksTaken: number;
  /** Number of units done. */
  readonly unitsDone: number;
}

/** Views of the queue, for one thread. */
export interface Queue {
  /** The module's exports, sorted by name. */
  readonly functions: readonly ((...args: number[]) => void)[];
  /** `jobWords` words for each job. */
  readonly words: Int32Array;
  readonly jobWords: number;
  /** `jobValues` arguments for each job. */
  readonly values: Float64Array;
  readonly jobValues: number;
  readonly jobFields: JobFields;
  readonly control: Int32Array;
  /** Index of `ControlFields.failed`. */
  readonly failed: number;
}

/**
 * Computes this thread's share of one job. Returns when all threads have
 * finished, or one has failed.
 */
export function doJob(queue: Queue, index: number, thread: number): void {
  const { functions, words, values, jobFields: fields, control, failed } = queue;
  const base = index * queue.jobWords;
  const units = words[base + fields.units];
  const chunk = words[base + fields.chunk];
  const chunks = Math.ceil(units / chunk);
  const doneIndex = base + fields.unitsDone;
  const fromFront = thread % 2 === 0;
  /** Takes a chunk. Returns its index, or `chunks` if none is left. */
  const take = (): number => {
    const counter = Atomics.add(words, base + fields.chunksTaken, fromFront ? 1 : 0x10000);
    const [front, back] = [counter & 0xffff, counter >>> 16];
    if (front + back >= chunks) return chunks;
    return fromFront ? front : chunks - 1 - back;
  };
  let chunkIndex = take();
  if (chunkIndex < chunks) {
    const run = functions[words[base + fields.functionIndex]];
    const firstValue = index * queue.jobValues;
    const args = Array.from(
      values.subarray(firstValue, firstValue + words[base + fields.argumentCount]),
    );
    const scratch = words[base + fields.scratchArgument];
    if (scratch >= 0) args[scratch] += thread * words[base + fields.scratchBytes];
    for (; chunkIndex < chunks; chunkIndex = take()) {
      const begin = chunkIndex * chunk;
      const end = Math.min(begin + chunk, units);
      run(...args, begin, end);
      Atomics.add(words, doneIndex, end - begin);
    }
  }
  // The other threads compute their last chunks.
  while (Atomics.load(words, doneIndex) < units && Atomics.load(control, failed) === 0);
}

export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Byte addresses of the control block, the error message, the jobs, and their arguments. */
  readonly controlAddress: number;
  readonly messageAddress: number;
  /** Bytes reserved for the message, which is zero-terminated. */
  readonly messageBytes: number;
  readonly wordsAddress: number;
  readonly valuesAddress: number;
  readonly fields: ControlFields;
  readonly jobFields: JobFields;
  readonly jobWords: number;
  readonly jobValues: number;
  /** Maximum number of jobs in the queue. */
  readonly capacity: number;
  /** Number of this thread; the main thread is 0. */
  readonly thread: number;
  /** Number of checks for a new job before sleeping. */
  readonly spins: number;
}

/** Runs until told to stop. `perform` is `doJob`. */
export function workLoop(data: WorkerData, perform: typeof doJob): void {
  const {
    module,
    memory,
    fields: controlFields,
    jobWords,
    jobValues,
    capacity,
    thread,
    spins,
  } = data;
  const { exports } = new WebAssembly.Instance(module, { env: { memory, thread } });
  const functions = Object.keys(exports)
    .sort()
    .map((name) => exports[name] as (...args: number[]) => void);
  const control = new Int32Array(memory.buffer, data.controlAddress, 16);
  const words = new Int32Array(memory.buffer, data.wordsAddress, capacity * jobWords);
  const values = new Float64Array(memory.buffer, data.valuesAddress, capacity * jobValues);
  const queue = {
    functions,
    words,
    jobWords,
    values,
    jobValues,
    jobFields: data.jobFields,
    control,
    failed: controlFields.failed,
  };
  /** Stores the message, then sets the failure flag. */
  const fail = (error: unknown): void => {
    const message = new TextEncoder().encode(String(error)).subarray(0, data.messageBytes - 1);
    new Uint8Array(memory.buffer, data.messageAddress, data.messageBytes).fill(0).set(message);
    Atomics.store(control, controlFields.failed, 1);
  };
  // Gaps between jobs, or rounds, last microseconds: spinning is faster than waking from sleep.
  const waitForChange = (field: number, previous: number): number => {
    for (let i = 0; i < spins && Atomics.load(control, field) === previous; i++);
    Atomics.wait(control, field, previous);
    return Atomics.load(control, field);
  };
  let round = 0;
  for (;;) {
    round = waitForChange(controlFields.round, round);
    if (Atomics.load(control, controlFields.stop) === 1) return;
    Atomics.add(control, controlFields.active, 1);
    // A round that ended before this thread woke up is closed; its jobs may be overwritten.
    if (Atomics.load(control, controlFields.open) === round) {
      let index = 0;
      for (
        let jobs = Atomics.load(control, controlFields.jobs);
        jobs >= 0;
        jobs = waitForChange(controlFields.jobs, index)
      ) {
        try {
          while (index < jobs) perform(queue, index++, thread);
        } catch (error) {
          fail(error);
          index = jobs;
        }
      }
    }
    Atomics.sub(control, controlFields.active, 1);
  }
}

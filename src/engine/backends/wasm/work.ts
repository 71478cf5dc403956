// What a worker thread runs: jobs from a queue in shared memory, in order, until it is sent home. `workLoop` is started
// from its TEXT (see crew.ts), so both functions must be self-contained: no imports, no names from outside.
//
// A job is one SIMD function, its arguments, and a number of units. Every thread takes chunks of units until none is left,
// waits until the others have finished theirs, and goes on to the next job: a job may read what the job before it has
// written. Which thread computes a unit changes nothing about the result, so neither does the number of threads.
//
// Threads with even numbers take chunks from the front, the others from the back. Units are mostly images, so that two
// threads work on the same halves of a batch in job after job, and find in their own caches what they wrote there.
//
// A round is the jobs from one moment at which the queue was empty to the next. The main thread begins a round with its
// first job, adds jobs while others work on them, and ends it when it needs a result.

/** Where in the control block (32-bit words) each field is. */
export interface ControlFields {
  /** Number of the newest round; threads sleep on it. */
  readonly round: number;
  /** Number of the round that may be joined now, or 0. */
  readonly open: number;
  /** Workers inside the round; the main thread waits until none is before it begins another. */
  readonly active: number;
  /** Jobs in the round so far, or -1 once all of them are done; threads sleep on it too. */
  readonly jobs: number;
  /** 1 ends the workers. */
  readonly stop: number;
  /** 1 once a job has thrown (a WebAssembly trap): no thread waits for its units any more. */
  readonly failed: number;
}

/** Where in a job (32-bit words) each field is. */
export interface JobFields {
  /** Which function, as an index into the sorted names of the module's exports. */
  readonly job: number;
  readonly argumentCount: number;
  readonly units: number;
  /** Units taken at a time. */
  readonly chunk: number;
  /** Index of the argument that is different for each thread, or -1: the address of scratch memory. */
  readonly scratchArgument: number;
  /** Distance in bytes between the scratch of two threads. */
  readonly scratchBytes: number;
  /** Chunks that are taken: from the front in the lower 16 bits, from the back in the upper ones. */
  readonly taken: number;
  /** Units that are done. */
  readonly done: number;
}

/** The queue as one thread sees it. */
export interface Queue {
  /** The module's exports, sorted by name. */
  readonly functions: readonly ((...args: number[]) => void)[];
  /** `jobWords` words for each job. */
  readonly words: Int32Array;
  readonly jobWords: number;
  /** `jobValues` arguments for each job. */
  readonly values: Float64Array;
  readonly jobValues: number;
  readonly at: JobFields;
  readonly control: Int32Array;
  /** Index of `ControlFields.failed`. */
  readonly failed: number;
}

/** Does this thread's share of one job, and returns when all threads have done theirs or one has failed. */
export function doJob(queue: Queue, index: number, thread: number): void {
  const { functions, words, values, at, control, failed } = queue;
  const word = index * queue.jobWords;
  const units = words[word + at.units];
  const chunk = words[word + at.chunk];
  const chunks = Math.ceil(units / chunk);
  const done = word + at.done;
  const fromFront = thread % 2 === 0;
  /** Takes a chunk; a number that is not below `chunks` if there was none. */
  const take = (): number => {
    const before = Atomics.add(words, word + at.taken, fromFront ? 1 : 0x10000);
    const [front, back] = [before & 0xffff, before >>> 16];
    if (front + back >= chunks) return chunks;
    return fromFront ? front : chunks - 1 - back;
  };
  let number = take();
  if (number < chunks) {
    const run = functions[words[word + at.job]];
    const value = index * queue.jobValues;
    const args = Array.from(values.subarray(value, value + words[word + at.argumentCount]));
    const scratch = words[word + at.scratchArgument];
    if (scratch >= 0) args[scratch] += thread * words[word + at.scratchBytes];
    for (; number < chunks; number = take()) {
      const begin = number * chunk;
      const end = Math.min(begin + chunk, units);
      run(...args, begin, end);
      Atomics.add(words, done, end - begin);
    }
  }
  // The others are at their last chunks.
  while (Atomics.load(words, done) < units && Atomics.load(control, failed) === 0);
}

export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Byte address of the control block, of the message of a failure, of the jobs, and of their arguments. */
  readonly controlAddress: number;
  readonly messageAddress: number;
  /** Bytes for the message, which ends with the first zero. */
  readonly messageBytes: number;
  readonly wordsAddress: number;
  readonly valuesAddress: number;
  readonly fields: ControlFields;
  readonly jobFields: JobFields;
  readonly jobWords: number;
  readonly jobValues: number;
  /** Jobs that the queue has room for. */
  readonly capacity: number;
  /** This thread's number; the main thread is 0. */
  readonly thread: number;
  /** How often to look for something to do before going to sleep. */
  readonly spins: number;
}

/** Runs until told to stop. `perform` is `doJob`. */
export function workLoop(data: WorkerData, perform: typeof doJob): void {
  const { module, memory, fields: at, jobWords, jobValues, capacity, thread, spins } = data;
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
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
    at: data.jobFields,
    control,
    failed: at.failed,
  };
  /** Stores the reason, then marks the failure. */
  const fail = (error: unknown): void => {
    const message = new TextEncoder().encode(String(error)).subarray(0, data.messageBytes - 1);
    new Uint8Array(memory.buffer, data.messageAddress, data.messageBytes).fill(0).set(message);
    Atomics.store(control, at.failed, 1);
  };
  // Between two jobs, or two rounds, there are microseconds: looking again is faster than being woken.
  const changed = (field: number, seen: number): number => {
    for (let i = 0; i < spins && Atomics.load(control, field) === seen; i++);
    Atomics.wait(control, field, seen);
    return Atomics.load(control, field);
  };
  let round = 0;
  for (;;) {
    round = changed(at.round, round);
    if (Atomics.load(control, at.stop) === 1) return;
    Atomics.add(control, at.active, 1);
    // A round that was over before this thread woke up is closed; its jobs may be gone.
    if (Atomics.load(control, at.open) === round) {
      let index = 0;
      for (let jobs = Atomics.load(control, at.jobs); jobs >= 0; jobs = changed(at.jobs, index)) {
        try {
          while (index < jobs) perform(queue, index++, thread);
        } catch (error) {
          fail(error);
          index = jobs;
        }
      }
    }
    Atomics.sub(control, at.active, 1);
  }
}

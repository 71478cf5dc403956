// What a worker thread runs: wait for a job, compute chunks of its units, wait again. `workLoop` is started from
// its TEXT (see crew.ts), so both functions must be self-contained: no imports, no names from outside.
//
// A job is one SIMD function, its arguments, and a number of units. Every thread, the main one too, takes the next
// chunk of units from a shared counter until none is left. Which thread computes a unit changes nothing about the
// result, so neither does the number of threads.

/** Where in the control block (32-bit words) each field is. */
export interface ControlFields {
  /** Number of the newest job; threads sleep on it. */
  readonly generation: number;
  /** Number of the job that may be joined now, or 0. */
  readonly open: number;
  /** Workers inside a job; the main thread waits until none is. */
  readonly active: number;
  /** First unit that nobody has taken. */
  readonly next: number;
  readonly units: number;
  /** Units taken at a time. */
  readonly chunk: number;
  /** Which function, as an index into the sorted names of the module's exports. */
  readonly job: number;
  readonly argumentCount: number;
  /** Index of the argument that is different for each thread, or -1: the address of scratch memory. */
  readonly scratchArgument: number;
  /** Distance in bytes between the scratch of two threads. */
  readonly scratchBytes: number;
  /** 1 ends the workers. */
  readonly stop: number;
}

type Functions = readonly ((...args: number[]) => void)[];

/** Computes chunks of the present job until there are none left. Returns how many units this thread did. */
export function takeChunks(
  functions: Functions,
  control: Int32Array,
  values: Float64Array,
  at: ControlFields,
  thread: number,
): number {
  const run = functions[control[at.job]];
  const args = Array.from(values.subarray(0, control[at.argumentCount]));
  const scratch = control[at.scratchArgument];
  if (scratch >= 0) args[scratch] += thread * control[at.scratchBytes];
  const units = control[at.units];
  const chunk = control[at.chunk];
  let done = 0;
  for (;;) {
    const begin = Atomics.add(control, at.next, chunk);
    if (begin >= units) return done;
    const end = Math.min(begin + chunk, units);
    run(...args, begin, end);
    done += end - begin;
  }
}

export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Byte address of the control block, and of the arguments behind it. */
  readonly controlAddress: number;
  readonly valuesAddress: number;
  readonly fields: ControlFields;
  /** This thread's number; the main thread is 0. */
  readonly thread: number;
  /** How often to look for the next job before going to sleep. */
  readonly spins: number;
}

/** Runs until told to stop. `take` is `takeChunks`. */
export function workLoop(data: WorkerData, take: typeof takeChunks): void {
  const { module, memory, fields: at, thread, spins } = data;
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = Object.keys(exports)
    .sort()
    .map((name) => exports[name] as (...args: number[]) => void);
  const control = new Int32Array(memory.buffer, data.controlAddress, 16);
  const values = new Float64Array(memory.buffer, data.valuesAddress, 32);
  let seen = 0;
  for (;;) {
    // Between two jobs there are microseconds: looking again is faster than being woken.
    for (let i = 0; i < spins && Atomics.load(control, at.generation) === seen; i++);
    Atomics.wait(control, at.generation, seen);
    seen = Atomics.load(control, at.generation);
    if (Atomics.load(control, at.stop) === 1) return;
    Atomics.add(control, at.active, 1);
    // A job that was over before this thread woke up is closed; its arguments may be gone.
    if (Atomics.load(control, at.open) === seen) take(functions, control, values, at, thread);
    Atomics.sub(control, at.active, 1);
  }
}

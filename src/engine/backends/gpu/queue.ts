// A queue that runs jobs one after the other, in the order in which the program asked for them.
//
// WebGPU makes it necessary: there a compiled kernel answers with the promise of a handle, so the next launch cannot
// start yet, although the program went on; and a buffer must not be deleted before its last reader has been handed to
// the device. In one strict order both are true by construction. A job that waits for numbers to come back does not
// hold up the queue: it starts the transfer and returns the promise inside an object.

export class ProgramQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `job` when all jobs before it have ended, well or not. Rejects if it throws; the next one runs all the same. */
  enqueue<T>(job: () => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

// Queue that runs asynchronous jobs one after another, in program order.
//
// WebGPU requires it. A compiled kernel returns the promise of a handle there, so the next launch
// cannot start when the program issues it. Also, a buffer must not be deleted before its last
// reader was submitted to the device. Strict order guarantees both. A job that waits for a readback
// does not block the queue: it starts the transfer and returns the promise inside an object.

export class ProgramQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /**
   * Runs `job` after all earlier jobs have completed or failed. Rejects if it throws; later jobs
   * run regardless.
   */
  enqueue<T>(job: () => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

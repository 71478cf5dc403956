// Prepares many image files on several threads, in order. The first files are prepared on this
// thread, which is faster if there are few: a worker takes about 0.2 s to start.

import { freemem } from 'node:os';
import { defaultThreads, isAddressSpaceLimited } from '../device/addressSpace.js';
import { STDIN, type ImageFile } from './files.js';
import { MAX_PIXELS } from './limits.js';
import { prepareFile, type PreparedFile, type PrepareOptions } from './prepareFile.js';
import type { PoolOptions, PreparePool } from './preparePool.js';

/** Workers start after this time, if the remaining files will take at least the second one. */
const [MIN_ELAPSED_MS, MIN_REMAINING_MS] = [200, 800];
/** Files whose results have not been yielded. */
const MAX_PENDING = 128;
/** Memory that the largest image takes: about 16 bytes per pixel. */
const MAX_IMAGE_BYTES = 16 * MAX_PIXELS;

export interface PrepareFilesOptions extends PoolOptions {
  /** Whether the workers start before the first file, for tests. Default false. */
  readonly startAtOnce?: boolean;
}

/**
 * Prepares files; yields the results in the order of the files.
 *
 * A worker prepares one image at a time and at most a few results wait, so the memory is bounded. If
 * workers cannot start or end early, this thread continues alone.
 *
 * @param requested number of threads; 1: no workers; undefined: one per processor
 */
export async function* prepareFiles(
  files: readonly ImageFile[],
  options: PrepareOptions,
  requested: number | undefined,
  { startAtOnce = false, ...poolOptions }: PrepareFilesOptions = {},
): AsyncGenerator<PreparedFile> {
  const start = performance.now();
  const pending: Promise<PreparedFile>[] = [];
  let pool: PreparePool | null = null;
  let isDecided = requested === 1;
  try {
    for (let next = 0; next < files.length || pending.length > 0;) {
      if (
        !isDecided &&
        (startAtOnce || isLongWork(performance.now() - start, next, files.length))
      ) {
        isDecided = true;
        const workers = workerCount(requested);
        if (workers > 1) {
          const { PreparePool } = await import('./preparePool.js'); // few images need none
          pool = new PreparePool(workers, options, poolOptions);
        }
        if (startAtOnce) await pool?.ready;
      }
      while (next < files.length && pending.length < MAX_PENDING && pool?.hasCapacity === true)
        pending.push(submit(pool, files[next++], options));
      const oldest = pending.shift();
      yield await (oldest ?? prepareFile(files[next++], options));
    }
  } finally {
    await pool?.close();
  }
}

/** Whether the remaining files are worth the start of workers. */
function isLongWork(elapsed: number, done: number, total: number): boolean {
  return elapsed > MIN_ELAPSED_MS && (elapsed / done) * (total - done) > MIN_REMAINING_MS;
}

/** As many workers as threads, if each can hold the largest image. */
function workerCount(requested: number | undefined): number {
  if (isAddressSpaceLimited()) return 0; // V8 ends the process if a worker does not fit
  return Math.min(requested ?? defaultThreads(), Math.floor(freemem() / MAX_IMAGE_BYTES));
}

/** Submits a file to the pool; this thread prepares what only it can read. */
function submit(
  pool: PreparePool,
  file: ImageFile,
  options: PrepareOptions,
): Promise<PreparedFile> {
  const result =
    file.path === STDIN || file.problem !== undefined
      ? prepareFile(file, options)
      : pool.prepare(file);
  result.catch(() => undefined); // awaited later
  return result;
}

// Worker thread of preparePool.ts: prepares the files whose paths it receives, one after the other.

import { parentPort, workerData } from 'node:worker_threads';
import { prepareFile, type PreparedFile, type PrepareOptions } from './prepareFile.js';

/** A message to the pool; the first one, without a result, says that the worker is ready. */
export interface WorkerMessage {
  readonly result?: PreparedFile;
  /** An error that is not due to the file. */
  readonly failure?: unknown;
}

const port = parentPort!;
const options = workerData as PrepareOptions;
const send = (message: WorkerMessage): void => port.postMessage(message);

let last = Promise.resolve();
port.on('message', (path: string) => {
  last = last.then(() =>
    prepareFile({ path }, options).then(
      (result) => send({ result }),
      (failure: unknown) => send({ failure }),
    ),
  );
});
send({});

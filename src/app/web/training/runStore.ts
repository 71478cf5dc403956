// Storage of an interrupted run in the browser's IndexedDB: one run, the last one. The training
// worker saves it, the page offers to resume it.

import { openDB, type IDBPDatabase } from 'idb';
import { isSettings, type EpochReport, type StepReport } from './protocol.js';
import type { Settings } from './settings.js';
import { isRecord } from './validation.js';

/** A run, as far as it was saved. */
export interface StoredRun {
  readonly settings: Settings;
  /** When it was started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Epochs completed. */
  readonly epoch: number;
  /** Checksum of images and labels. */
  readonly data: number;
  /** What the charts and the table show. */
  readonly reports: readonly (StepReport | EpochReport)[];
  /** The complete state of the trainer, as safetensors. */
  readonly checkpoint: Uint8Array;
}

/** Every method may reject: private windows refuse storage, and the quota may be exceeded. */
export interface RunStore {
  /** Null if there is none. */
  load(): Promise<StoredRun | null>;
  save(run: StoredRun): Promise<void>;
  delete(): Promise<void>;
}

const DATABASE = 'inkgrad-training';
/** Changing the stored format requires a new version and a step in `upgrade`. */
const VERSION = 1;
const STORE = 'runs';
const KEY = 'last';

async function withDatabase<T>(use: (database: IDBPDatabase) => Promise<T>): Promise<T> {
  const database = await openDB(DATABASE, VERSION, {
    upgrade: (created) => void created.createObjectStore(STORE),
  });
  try {
    return await use(database);
  } finally {
    database.close();
  }
}

/** The store in IndexedDB. */
export const browserRunStore: RunStore = {
  load: () =>
    withDatabase(async (database) => {
      const run: unknown = await database.get(STORE, KEY);
      return isStoredRun(run) ? run : null;
    }),
  save: (run) =>
    withDatabase(async (database) => {
      await database.put(STORE, run, KEY);
    }),
  delete: () => withDatabase((database) => database.delete(STORE, KEY)),
};

/** Damaged contents, and those of another version of the page, count as none. */
function isStoredRun(value: unknown): value is StoredRun {
  return (
    isRecord(value) &&
    isSettings(value.settings) === true &&
    typeof value.startedAt === 'number' &&
    Number.isInteger(value.epoch) &&
    Number.isInteger(value.data) &&
    Array.isArray(value.reports) &&
    value.checkpoint instanceof Uint8Array
  );
}

/** Held by the worker of the tab that trains, so that two tabs do not overwrite each other's run. */
const LOCK = 'inkgrad-training';

/** Pages served neither over https nor from localhost have no locks. */
const locks = (): LockManager | undefined => (navigator as { readonly locks?: LockManager }).locks;

/** Runs `work` with the store, or with null while another tab trains. */
export async function withBrowserRunStore(
  work: (store: RunStore | null) => Promise<void>,
): Promise<void> {
  const manager = locks();
  if (manager === undefined) await work(browserRunStore);
  else {
    await manager.request(LOCK, { ifAvailable: true }, (lock) =>
      work(lock === null ? null : browserRunStore),
    );
  }
}

/** The run that can be resumed; null if there is none, or it is in progress in another tab. */
export async function interruptedRun(): Promise<StoredRun | null> {
  const held = (await locks()?.query())?.held ?? [];
  return held.some(({ name }) => name === LOCK) ? null : browserRunStore.load();
}

// Storage of corrections and the fine-tuned model between visits, in the browser's IndexedDB.
// The database is created by the first save, and `deleteAll` deletes it.

import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { FormatError } from '../../../engine/errors.js';
import type { HeldOutResult } from '../../correction/lesson.js';
import { decodeCorrections, encodeCorrections, type Correction } from './corrections.js';

/** A fine-tuned model, as it is stored. */
export interface StoredModel {
  /** SHA-256 of the original model. It is used with no other. */
  readonly digest: string;
  readonly safetensors: Uint8Array<ArrayBuffer>;
  /** The corrections it was fine-tuned on, encoded. If they differ from the current ones, the model is out of date. */
  readonly corrections: string;
  readonly exam: HeldOutResult | null;
}

/** The contents of the store. */
export interface StoredCorrections {
  readonly corrections: readonly Correction[];
  readonly fineTuned: StoredModel | null;
}

/**
 * Storage of the corrections, shared by all tabs of the browser. Every method that returns a promise may reject: private
 * windows refuse storage, and the quota may be exceeded.
 */
export interface CorrectionStore {
  /** Null if nothing is stored. */
  load(): Promise<StoredCorrections | null>;
  /**
   * Replaces the contents by `change(contents)`, in one transaction, so that no change of another tab is lost. Deletes the
   * store if no corrections are left.
   *
   * @returns the new contents
   */
  update(change: (contents: StoredCorrections) => StoredCorrections): Promise<StoredCorrections>;
  deleteAll(): Promise<void>;
  /** Calls `listener` after each change by another tab. */
  onChange(listener: () => void): void;
}

const NOTHING: StoredCorrections = { corrections: [], fineTuned: null };

const DATABASE = 'inkgrad-teaching';
/** Changing the stored format requires a new version and a step in `upgrade`. */
const VERSION = 1;
const STORE = 'teaching';

/**
 * Runs `use` on the database and closes it afterwards, so that it can be deleted at any time.
 *
 * @param create whether to create a missing database; otherwise the result is null
 */
async function withDatabase<T>(
  use: (database: IDBPDatabase) => Promise<T>,
  create: boolean,
): Promise<T | null> {
  const state = { missing: false };
  try {
    const database = await openDB(DATABASE, VERSION, {
      upgrade: (created, oldVersion, _, transaction) => {
        state.missing = oldVersion === 0 && !create;
        if (!state.missing) {
          created.createObjectStore(STORE);
          return;
        }
        transaction.done.catch(() => undefined); // the abort below rejects it
        transaction.abort(); // so that the browser creates no database
      },
    });
    try {
      return await use(database);
    } finally {
      database.close();
    }
  } catch (error) {
    if (state.missing) return null;
    throw error;
  }
}

/** The stored contents. @throws FormatError if they cannot be read */
async function read(store: {
  get(key: string): Promise<unknown>;
}): Promise<StoredCorrections | null> {
  const text = await store.get('corrections');
  const fineTuned = (await store.get('taught')) as StoredModel | undefined;
  if (text === undefined) return null;
  if (typeof text !== 'string')
    throw new FormatError('what was kept in this browser cannot be read');
  return {
    corrections: decodeCorrections(text, 'what was kept in this browser'),
    fineTuned: fineTuned ?? null,
  };
}

let openChannel: BroadcastChannel | undefined;
/** Channel to the other tabs: a message means that the store has changed. */
const channel = (): BroadcastChannel => (openChannel ??= new BroadcastChannel(DATABASE));

/** The store in IndexedDB. */
export const browserStore: CorrectionStore = {
  load: () => withDatabase((database) => read(database.transaction(STORE).store), false),
  update: async (change) => {
    const contents = await withDatabase(async (database) => {
      const { store, done } = database.transaction(STORE, 'readwrite');
      const changed = change((await read(store).catch(ignoreDamage)) ?? NOTHING);
      const { corrections, fineTuned } = changed;
      await Promise.all([
        store.put(encodeCorrections(corrections), 'corrections'),
        fineTuned === null ? store.delete('taught') : store.put(fineTuned, 'taught'),
        done,
      ]);
      return changed;
    }, true);
    if (contents!.corrections.length === 0) await deleteDB(DATABASE);
    channel().postMessage('changed');
    return contents!;
  },
  deleteAll: async () => {
    await deleteDB(DATABASE);
    channel().postMessage('changed');
  },
  onChange: (listener) => channel().addEventListener('message', listener),
};

/** Damaged contents are replaced. */
function ignoreDamage(error: unknown): null {
  if (error instanceof FormatError) return null;
  throw error;
}

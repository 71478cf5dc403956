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

/** Storage of the corrections. Every method may reject: private windows refuse storage, and the quota may be exceeded. */
export interface CorrectionStore {
  /** Null if nothing is stored. */
  load(): Promise<StoredCorrections | null>;
  save(contents: StoredCorrections): Promise<void>;
  deleteAll(): Promise<void>;
}

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

/** The store in IndexedDB. */
export const browserStore: CorrectionStore = {
  load: () =>
    withDatabase(async (database) => {
      const text: unknown = await database.get(STORE, 'corrections');
      const fineTuned = (await database.get(STORE, 'taught')) as StoredModel | undefined;
      if (typeof text !== 'string')
        throw new FormatError('what was kept in this browser cannot be read');
      return {
        corrections: decodeCorrections(text, 'what was kept in this browser'),
        fineTuned: fineTuned ?? null,
      };
    }, false),
  save: async ({ corrections, fineTuned }) => {
    await withDatabase(async (database) => {
      const transaction = database.transaction(STORE, 'readwrite');
      await Promise.all([
        transaction.store.put(encodeCorrections(corrections), 'corrections'),
        fineTuned === null
          ? transaction.store.delete('taught')
          : transaction.store.put(fineTuned, 'taught'),
        transaction.done,
      ]);
    }, true);
  },
  deleteAll: () => deleteDB(DATABASE),
};

// Storage of corrections and the fine-tuned model between visits, in the browser's IndexedDB.
// The database is created by the first save, and `deleteAll` deletes it.

import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { FormatError } from '../../../engine/errors.js';
import type { ExamResult } from '../../correction/lesson.js';
import { decodeCorrections, encodeCorrections, type Correction } from './corrections.js';

/** A fine-tuned model, as it is stored. */
export interface TaughtModel {
  /** SHA-256 of the original model. It is used with no other. */
  readonly digest: string;
  readonly safetensors: Uint8Array<ArrayBuffer>;
  /** The corrections it was fine-tuned on, encoded. If they differ from the current ones, the model is out of date. */
  readonly corrections: string;
  readonly exam: ExamResult | null;
}

/** The contents of the store. */
export interface StoredCorrections {
  readonly corrections: readonly Correction[];
  readonly taught: TaughtModel | null;
}

/** Storage of the corrections. Every method may reject: private windows refuse storage, and the quota may be exceeded. */
export interface CorrectionStore {
  /** Null if nothing is stored. */
  load(): Promise<StoredCorrections | null>;
  save(contents: StoredCorrections): Promise<void>;
  forget(): Promise<void>;
}

const DATABASE = 'inkgrad-teaching';
/** Changing the stored format requires a new version and a step in `upgrade`. */
const VERSION = 1;
const STORE = 'teaching';

/**
 * Runs `work` on the database and closes it afterwards, so that it can be deleted at any time.
 *
 * @param create whether to create a missing database; otherwise the result is null
 */
async function withDatabase<T>(
  work: (database: IDBPDatabase) => Promise<T>,
  create: boolean,
): Promise<T | null> {
  const state = { missing: false };
  try {
    const database = await openDB(DATABASE, VERSION, {
      upgrade: (made, before, _, transaction) => {
        state.missing = before === 0 && !create;
        if (!state.missing) {
          made.createObjectStore(STORE);
          return;
        }
        transaction.done.catch(() => undefined); // the abort below rejects it
        transaction.abort(); // so that the browser creates no database
      },
    });
    try {
      return await work(database);
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
      const taught = (await database.get(STORE, 'taught')) as TaughtModel | undefined;
      if (typeof text !== 'string')
        throw new FormatError('what was kept in this browser cannot be read');
      return {
        corrections: decodeCorrections(text, 'what was kept in this browser'),
        taught: taught ?? null,
      };
    }, false),
  save: async ({ corrections, taught }) => {
    await withDatabase(async (database) => {
      const transaction = database.transaction(STORE, 'readwrite');
      await Promise.all([
        transaction.store.put(encodeCorrections(corrections), 'corrections'),
        taught === null
          ? transaction.store.delete('taught')
          : transaction.store.put(taught, 'taught'),
        transaction.done,
      ]);
    }, true);
  },
  forget: () => deleteDB(DATABASE),
};

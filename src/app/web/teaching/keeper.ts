// Keeps what was taught in the browser (IndexedDB) from one visit to the next, and nowhere else. A visitor who teaches nothing
// leaves no database; forgetting deletes it as a whole. Imports idb, the corrections' text.

import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { FormatError } from '../../../engine/errors.js';
import type { ExamResult } from '../../correction/lesson.js';
import { decodeCorrections, encodeCorrections, type Correction } from './corrections.js';

/** A taught model, as it is kept. */
export interface TaughtModel {
  /** SHA-256 of the model it was taught on: with another one it is not used. */
  readonly digest: string;
  readonly safetensors: Uint8Array<ArrayBuffer>;
  /** The corrections it was taught, as text: others mean that it is out of date. */
  readonly corrections: string;
  readonly exam: ExamResult | null;
}

export interface Kept {
  readonly corrections: readonly Correction[];
  readonly taught: TaughtModel | null;
}

/** What the teacher needs of a place to keep things; all may reject: browsers refuse in private windows, or are full. */
export interface Keeper {
  /** Null if nothing is kept. */
  load(): Promise<Kept | null>;
  save(kept: Kept): Promise<void>;
  forget(): Promise<void>;
}

const DATABASE = 'inkgrad-teaching';
/** A change of what is stored is a new version, and a step in `upgrade`. */
const VERSION = 1;
const STORE = 'teaching';

/** Runs `work` on the database, which is closed afterwards so that it can be deleted at any time. */
async function withDatabase<T>(
  work: (database: IDBPDatabase) => Promise<T>,
  create: boolean,
): Promise<T | null> {
  const found = { nothing: false };
  try {
    const database = await openDB(DATABASE, VERSION, {
      upgrade: (made, before, _, transaction) => {
        found.nothing = before === 0 && !create;
        if (!found.nothing) {
          made.createObjectStore(STORE);
          return;
        }
        transaction.done.catch(() => undefined); // it rejects because of what follows
        transaction.abort(); // then the browser makes no database
      },
    });
    try {
      return await work(database);
    } finally {
      database.close();
    }
  } catch (error) {
    if (found.nothing) return null;
    throw error;
  }
}

/** The browser's own storage. */
export const browserKeeper: Keeper = {
  load: () =>
    withDatabase(async (database) => {
      const text: unknown = await database.get(STORE, 'corrections');
      const taught = (await database.get(STORE, 'taught')) as TaughtModel | undefined;
      if (typeof text !== 'string') throw new FormatError('what was kept in this browser cannot be read');
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
        taught === null ? transaction.store.delete('taught') : transaction.store.put(taught, 'taught'),
        transaction.done,
      ]);
    }, true);
  },
  forget: () => deleteDB(DATABASE),
};

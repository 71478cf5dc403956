// What is known of a model beyond its file: the record of the one that ships with the page (scripts/ship-model.js writes it). It
// counts only for a file with the same digest: no other model is ever shown its numbers. Imports the record and the digest.

import shipped from '../model/model.json' with { type: 'json' };
import { sha256 } from '../ui/digest.js';
import type { ModelCard } from '../prediction/types.js';

export type ModelRecord = typeof shipped;

export interface Identity {
  /** SHA-256 of the file; null where the browser computes none. */
  readonly digest: string | null;
  /** Null for every model but the page's own. */
  readonly record: ModelRecord | null;
}

export async function identify({ bytes }: Pick<ModelCard, 'bytes'>): Promise<Identity> {
  const digest = await sha256(bytes);
  return { digest, record: digest === shipped.sha256 ? shipped : null };
}

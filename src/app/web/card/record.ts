// The record of the page's own model, which scripts/ship-model.js writes: its training and its measurements.
// It applies only to a file with the same SHA-256, so no other model is shown with its numbers.

import shipped from '../../model/shipped/model.json' with { type: 'json' };
import { sha256 } from '../../sha256.js';
import type { ModelCard } from '../prediction/types.js';

export type ModelRecord = typeof shipped;

export interface Identity {
  /** SHA-256 of the file; null if the browser computes none. */
  readonly digest: string | null;
  /** Null for every model but the page's own. */
  readonly record: ModelRecord | null;
}

export async function identify({ bytes }: Pick<ModelCard, 'bytes'>): Promise<Identity> {
  const digest = await sha256(bytes);
  return { digest, record: digest === shipped.sha256 ? shipped : null };
}

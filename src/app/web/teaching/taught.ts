// A taught model on the page, a reader and how it reads the corrections that it learned beside the original; and the state of the
// teacher around it. Imports the reader and types.

import type { ExamResult } from '../../correction/lesson.js';
import type { PersonaliseProgress } from '../../correction/personalise.js';
import { Reader } from '../prediction/reader.js';
import type { Reading } from '../prediction/types.js';
import type { Correction } from './corrections.js';

/** How a corrected drawing is read by the original and by the taught model. */
export interface Comparison {
  readonly before: Reading;
  readonly after: Reading;
}

/** A model that has learned corrections. */
export interface Taught {
  readonly reader: Reader;
  readonly exam: ExamResult | null;
  /** Of the corrections that it learned. */
  readonly comparisons: ReadonlyMap<Correction, Comparison>;
}

/** What the teacher knows, for all to see. */
export interface TeacherState {
  /** Oldest first. */
  readonly corrections: readonly Correction[];
  /** Of the lesson that is being given; null if none is. */
  readonly progress: PersonaliseProgress | 'starting' | null;
  /** Null if there is none, or none for the model that is loaded. */
  readonly taught: Taught | null;
  /** Whether the page reads with the taught model. */
  readonly inUse: boolean;
  /** Whether `taught` comes from an earlier visit. */
  readonly restored: boolean;
  /** Why the browser keeps nothing; null if it does. */
  readonly refusal: string | null;
}

/** The state of a teacher who has taught nothing. */
export const NOTHING: TeacherState = {
  corrections: [],
  progress: null,
  taught: null,
  inUse: false,
  restored: false,
  refusal: null,
};

/** Makes a reader of a taught model's bytes, and lets both models read the corrections. */
export async function openTaught(
  original: Reader,
  safetensors: Uint8Array,
  exam: ExamResult | null,
  corrections: readonly Correction[],
): Promise<Taught> {
  const reader = await Reader.open(safetensors, `${original.card.name}, taught by you`);
  const comparisons = new Map<Correction, Comparison>();
  for (const correction of corrections) {
    const { image } = correction;
    comparisons.set(correction, { before: await original.read(image), after: await reader.read(image) });
  }
  return { reader, exam, comparisons };
}

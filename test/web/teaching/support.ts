// Shared by the tests of corrections: drawings, a fake fine-tuning, and a browser's storage in
// memory.

import { SyntheticCharacters } from '../../../src/data/strokes/synthetic.js';
import type { Lesson } from '../../../src/app/correction/lesson.js';
import type { Drawing } from '../../../src/app/web/app.js';
import type {
  CorrectionStore as Keeper,
  StoredCorrections as Kept,
} from '../../../src/app/web/teaching/correctionStore.js';
import type { LessonRunner } from '../../../src/app/web/teaching/lessonClient.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/nn/index.js';

const characters = new SyntheticCharacters({ seed: 5 });
/** A drawn character on the pad. */
export const drawing = (index: number): Drawing => ({
  strokes: [[0.1, 0.2, 0.3, 0.4]],
  image: characters.sample(index).image,
  empty: false,
  source: 'strokes',
});

/** Gives the corrected classes so large a bias that one of them wins; the last has the largest. */
export const biased: LessonRunner = ({ safetensors, corrections }, onProgress) => {
  onProgress({ step: 0, maxSteps: 10, learned: 0 });
  const { tensors, metadata } = decodeSafetensors(safetensors);
  const bias = tensors['fc_layers.3.bias'];
  corrections.forEach(({ label }, at) => (bias.data[label] += 100 * (at + 1)));
  const lesson: Lesson = {
    safetensors: encodeSafetensors(tensors, metadata),
    heldOut: { count: 470, before: 400, after: 399 },
    learned: corrections.length,
    steps: 10,
  };
  return Promise.resolve(lesson);
};

/** A browser's storage in memory, which can be set to fail. */
export class MemoryStore {
  stored: Kept | null = null;
  failure: string | null = null;
  readonly #listeners = new Map<object, () => void>();

  /** The access of one tab. */
  tab(): Keeper {
    const tab: Keeper = {
      load: () => this.#answer(() => this.stored),
      update: (change) =>
        this.#answer(() => {
          const contents = change(this.stored ?? { corrections: [], fineTuned: null });
          this.stored = contents.corrections.length === 0 ? null : contents;
          this.#announce(tab);
          return contents;
        }),
      deleteAll: () =>
        this.#answer(() => {
          this.stored = null;
          this.#announce(tab);
        }),
      onChange: (listener) => this.#listeners.set(tab, listener),
    };
    return tab;
  }

  #announce(tab: Keeper): void {
    for (const [other, listener] of this.#listeners) if (other !== tab) setTimeout(listener);
  }

  async #answer<T>(access: () => T): Promise<T> {
    await Promise.resolve();
    if (this.failure !== null) throw new Error(this.failure);
    return access();
  }
}

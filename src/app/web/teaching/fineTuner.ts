// FineTuner: the visitor's corrections, the model fine-tuned on them, and which of the two models the page uses.
// Every change of the corrections fine-tunes the original model from the start.

import { InkgradError } from '../../../engine/errors.js';
import type { HeldOutResult, Lesson } from '../../correction/lesson.js';
import type { FineTuneProgress } from '../../correction/fineTune.js';
import type { App } from '../app.js';
import { Predictor } from '../prediction/predictor.js';
import type { Prediction } from '../prediction/types.js';
import { sha256 } from '../../sha256.js';
import { Signal } from '../ui/signal.js';
import type { CorrectionStore, StoredModel } from './correctionStore.js';
import {
  decodeCorrections,
  encodeCorrections,
  addCorrections,
  type Correction,
} from './corrections.js';
import type { LessonRunner } from './lessonClient.js';

/** Predictions for a corrected drawing by the original and the fine-tuned model. */
export interface Comparison {
  readonly before: Prediction;
  readonly after: Prediction;
}

/** A fine-tuned model. */
export interface FineTunedModel {
  readonly predictor: Predictor;
  readonly evaluation: HeldOutResult | null;
  /** For every correction that it was fine-tuned on. */
  readonly comparisons: ReadonlyMap<Correction, Comparison>;
}

/** The observable state of a `FineTuner`. */
export interface FineTunerState {
  /** Oldest first. */
  readonly corrections: readonly Correction[];
  /** Progress of the running lesson; null if none is running. */
  readonly progress: FineTuneProgress | 'starting' | null;
  /** Null if no model was fine-tuned from the loaded one. */
  readonly fineTuned: FineTunedModel | null;
  /** Whether the page predicts with the fine-tuned model. */
  readonly usesFineTuned: boolean;
  /** Whether `fineTuned` comes from an earlier visit. */
  readonly restored: boolean;
  /** Error message of the last failed access to the store; null if it succeeded. */
  readonly storageError: string | null;
}

/** Initial state. */
const INITIAL_STATE: FineTunerState = {
  corrections: [],
  progress: null,
  fineTuned: null,
  usesFineTuned: false,
  restored: false,
  storageError: null,
};

/** Dependencies of a `FineTuner`; tests replace them. */
export interface FineTunerDependencies {
  readonly app: App;
  readonly store: CorrectionStore;
  readonly runLesson: LessonRunner;
}

/** Fine-tunes the original model on all corrections after each change, and selects the model that the page uses. */
export class FineTuner {
  readonly state = new Signal<FineTunerState>(INITIAL_STATE);
  readonly #dependencies: FineTunerDependencies;
  #original: Predictor | null = null;
  /** The stored form of `fineTuned`; null without it, or if the browser computes no SHA-256. */
  #storedModel: StoredModel | null = null;
  #lesson: AbortController | null = null;
  /** Resolves after the last queued save or delete. */
  #pendingSave: Promise<void> = Promise.resolve();

  private constructor(dependencies: FineTunerDependencies) {
    this.#dependencies = dependencies;
  }

  /** Loads the store, then follows the page's model and restores the stored one if it was fine-tuned from it. */
  static async start(dependencies: FineTunerDependencies): Promise<FineTuner> {
    const fineTuner = new FineTuner(dependencies);
    try {
      const contents = await dependencies.store.load();
      if (contents !== null) fineTuner.#update({ corrections: contents.corrections });
      fineTuner.#storedModel = contents?.fineTuned ?? null;
    } catch (error) {
      fineTuner.#onStoreError(error);
    }
    dependencies.app.predictor.subscribe((predictor) => fineTuner.#onPredictorChange(predictor));
    return fineTuner;
  }

  /** The model before fine-tuning: the one that the visitor loaded or the page's own. */
  get original(): Predictor | null {
    return this.#original;
  }

  /** Adds the current drawing with `label` to the corrections and fine-tunes. */
  async correct(label: string): Promise<void> {
    const { drawing, prediction } = this.#dependencies.app;
    if (drawing.value.empty) return;
    const { image, strokes } = drawing.value;
    const was = prediction.value?.verdict.label ?? label;
    const correction = { label, was, image: image.slice(), strokes };
    await this.#fineTune(addCorrections(this.state.value.corrections, [correction]));
  }

  /** Removes a correction and fine-tunes on the others. */
  remove(correction: Correction): Promise<void> {
    return this.#fineTune(this.state.value.corrections.filter((other) => other !== correction));
  }

  /** Adds corrections from a file and fine-tunes on all. @throws FormatError if the file is invalid */
  async importCorrections(text: string, name: string): Promise<void> {
    await this.#fineTune(
      addCorrections(this.state.value.corrections, decodeCorrections(text, name)),
    );
  }

  /** Fine-tunes the loaded model on all corrections. */
  retrain(): Promise<void> {
    return this.#fineTune(this.state.value.corrections);
  }

  /** Cancels the lesson; the corrections stay. */
  cancel(): void {
    this.#lesson?.abort(new InkgradError('cancelled'));
  }

  /** Makes the page predict with the fine-tuned model if there is one, or with the original. */
  useFineTuned(fineTuned: boolean): void {
    const predictor = fineTuned ? this.state.value.fineTuned?.predictor : this.#original;
    if (predictor) this.#dependencies.app.predictor.set(predictor);
  }

  /** Deletes the corrections and the fine-tuned model, in memory and in the store. */
  async deleteAll(): Promise<void> {
    this.cancel();
    this.#setFineTuned(null, null);
    this.#update({ corrections: [], storageError: null });
    await this.#save();
  }

  /** The corrections as the text of a file. */
  exportCorrections(): string {
    return encodeCorrections(this.state.value.corrections);
  }

  /** The corrections whose label is a class of the loaded model. */
  applicableCorrections(): Correction[] {
    const classes = this.#original?.classes ?? [];
    return this.state.value.corrections.filter(({ label }) => classes.includes(label));
  }

  async #fineTune(corrections: readonly Correction[]): Promise<void> {
    this.cancel();
    this.#update({ corrections });
    const original = this.#original;
    const applicable = this.applicableCorrections();
    if (original === null || applicable.length === 0) {
      this.#setFineTuned(null, null);
      return this.#save();
    }
    const lesson = new AbortController();
    this.#lesson = lesson;
    this.#update({ progress: 'starting' });
    try {
      const [, fineTuned] = await Promise.all([
        this.#save(),
        this.#runLesson(original, applicable, lesson.signal),
      ]);
      await this.#installLesson(original, applicable, fineTuned, lesson.signal);
    } catch (error) {
      if (!lesson.signal.aborted) this.#dependencies.app.showError(error);
    } finally {
      if (this.#lesson === lesson) {
        this.#lesson = null;
        this.#update({ progress: null });
      }
    }
  }

  #runLesson(
    { card, classes }: Predictor,
    applicable: readonly Correction[],
    signal: AbortSignal,
  ): Promise<Lesson> {
    const corrections = applicable.map(({ image, label }) => ({
      image,
      label: classes.indexOf(label),
    }));
    const task = { name: card.name, safetensors: card.safetensors, corrections };
    return this.#dependencies.runLesson(task, (progress) => this.#update({ progress }), signal);
  }

  async #installLesson(
    original: Predictor,
    applicable: readonly Correction[],
    { safetensors, heldOut: evaluation }: Lesson,
    signal: AbortSignal,
  ): Promise<void> {
    const digest = await sha256(original.card.safetensors);
    const fineTuned = await openFineTuned(original, safetensors, evaluation, applicable);
    if (signal.aborted) {
      fineTuned.predictor.dispose();
      return;
    }
    const corrections = encodeCorrections(applicable);
    this.#update({ restored: false });
    this.#setFineTuned(
      fineTuned,
      digest === null ? null : { digest, safetensors, corrections, exam: evaluation },
    );
    this.#dependencies.app.announce('It has learned what you taught it.');
    await this.#save();
  }

  /** Handles a change of the page's predictor: the original, the fine-tuned model, or a new original. */
  #onPredictorChange(predictor: Predictor | null): void {
    const { fineTuned } = this.state.value;
    if (predictor === null) return;
    if (predictor !== this.#original && predictor !== fineTuned?.predictor) {
      this.cancel();
      // Only the page's first model switches to the stored one. A visitor who loads a model later expects that model.
      const isFirst = this.#original === null;
      this.#original = predictor;
      this.#update({ fineTuned: null });
      fineTuned?.predictor.dispose();
      void this.#restore(predictor, isFirst).catch((error: unknown) =>
        this.#dependencies.app.showError(error),
      );
    }
    this.#update({ usesFineTuned: predictor === this.state.value.fineTuned?.predictor });
  }

  /** Opens the stored model if it was fine-tuned from `original` on the current corrections. */
  async #restore(original: Predictor, activate: boolean): Promise<void> {
    const stored = this.#storedModel;
    if (stored === null) return;
    if (stored.digest !== (await sha256(original.card.safetensors))) return;
    const applicable = this.applicableCorrections();
    if (stored.corrections !== encodeCorrections(applicable)) return;
    const fineTuned = await openFineTuned(original, stored.safetensors, stored.exam, applicable);
    if (this.#original !== original || this.#lesson !== null) {
      fineTuned.predictor.dispose();
      return;
    }
    this.#update({ restored: true });
    this.#setFineTuned(fineTuned, stored, activate);
    if (activate)
      this.#dependencies.app.announce('The page reads with what you taught it last time.');
  }

  /** Replaces the fine-tuned model; null removes it. With `activate` the page predicts with the new one. */
  #setFineTuned(
    fineTuned: FineTunedModel | null,
    stored: StoredModel | null,
    activate = fineTuned !== null,
  ): void {
    const previous = this.state.value.fineTuned;
    this.#storedModel = stored;
    this.#update({ fineTuned });
    if (activate || this.state.value.usesFineTuned) this.useFineTuned(activate);
    previous?.predictor.dispose();
  }

  /** Saves the state. A failure sets `storageError` and does not stop the lesson. */
  #save(): Promise<void> {
    const { corrections } = this.state.value;
    const { store } = this.#dependencies;
    const fineTuned = this.#storedModel;
    this.#pendingSave = this.#pendingSave.then(async () => {
      try {
        await (corrections.length === 0
          ? store.deleteAll()
          : store.save({ corrections, fineTuned }));
        this.#update({ storageError: null });
      } catch (error) {
        this.#onStoreError(error);
      }
    });
    return this.#pendingSave;
  }

  #onStoreError(error: unknown): void {
    this.#update({ storageError: error instanceof Error ? error.message : String(error) });
  }

  #update(change: Partial<FineTunerState>): void {
    this.state.set({ ...this.state.value, ...change });
  }
}

/** Opens a fine-tuned model and predicts the corrections with both models. */
async function openFineTuned(
  original: Predictor,
  safetensors: Uint8Array,
  evaluation: HeldOutResult | null,
  corrections: readonly Correction[],
): Promise<FineTunedModel> {
  const predictor = await Predictor.open(safetensors, `${original.card.name}, taught by you`);
  const comparisons = new Map<Correction, Comparison>();
  for (const correction of corrections) {
    const { image } = correction;
    comparisons.set(correction, {
      before: await original.predict(image),
      after: await predictor.predict(image),
    });
  }
  return { predictor, evaluation, comparisons };
}

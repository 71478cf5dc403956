// FineTuner: the visitor's corrections, the model fine-tuned on them, and which of the two models the page uses.
// Every change of the corrections fine-tunes the original model from the start.

import { InkgradError } from '../../../engine/errors.js';
import type { HeldOutResult, Lesson } from '../../correction/lesson.js';
import type { FineTuneProgress } from '../../correction/fineTune.js';
import type { Announcer, ErrorReporter, PageState } from '../app.js';
import { Predictor } from '../prediction/predictor.js';
import type { Prediction } from '../prediction/types.js';
import { sha256 } from '../../sha256.js';
import { Signal } from '../ui/signal.js';
import type { CorrectionStore, StoredCorrections, StoredModel } from './correctionStore.js';
import {
  decodeCorrections,
  encodeCorrections,
  addCorrections,
  removeCorrection,
  reuseCorrections,
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
  readonly app: PageState & Announcer & ErrorReporter;
  readonly store: CorrectionStore;
  readonly runLesson: LessonRunner;
}

type CorrectionsChange = (corrections: readonly Correction[]) => readonly Correction[];

/**
 * Fine-tunes the original model on all corrections after each change, and selects the model that the page uses. All tabs of
 * the browser share the corrections. The tab that changes them fine-tunes; the others take over its model.
 */
export class FineTuner {
  readonly state = new Signal<FineTunerState>(INITIAL_STATE);
  readonly #dependencies: FineTunerDependencies;
  #original: Predictor | null = null;
  /** The model in the store; null without it, or if the browser computes no SHA-256. */
  #storedModel: StoredModel | null = null;
  #lesson: AbortController | null = null;
  /** Resolves after the last queued access to the store. */
  #pendingAccess: Promise<void> = Promise.resolve();

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
    dependencies.store.onChange(() => void fineTuner.#reload());
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
    await this.#fineTune((corrections) => addCorrections(corrections, [correction]));
  }

  /** Removes a correction and fine-tunes on the others. */
  remove(correction: Correction): Promise<void> {
    return this.#fineTune((corrections) => removeCorrection(corrections, correction));
  }

  /** Adds corrections from a file and fine-tunes on all. @throws FormatError if the file is invalid */
  async importCorrections(text: string, name: string): Promise<void> {
    const more = decodeCorrections(text, name);
    await this.#fineTune((corrections) => addCorrections(corrections, more));
  }

  /** Fine-tunes the loaded model on all corrections. */
  retrain(): Promise<void> {
    return this.#fineTune((corrections) => corrections);
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
    await this.#access((store) => store.deleteAll());
  }

  /** The corrections as the text of a file. */
  exportCorrections(): string {
    return encodeCorrections(this.state.value.corrections);
  }

  /** The corrections whose label is a class of the loaded model. */
  applicableCorrections(): Correction[] {
    return this.#applicable(this.state.value.corrections);
  }

  #applicable(corrections: readonly Correction[]): Correction[] {
    const classes = this.#original?.classes ?? [];
    return corrections.filter(({ label }) => classes.includes(label));
  }

  /** Changes the corrections, here and in the store, and fine-tunes on all of them. */
  async #fineTune(change: CorrectionsChange): Promise<void> {
    this.cancel();
    const lesson = new AbortController();
    this.#lesson = lesson;
    this.#update({ corrections: change(this.state.value.corrections), progress: 'starting' });
    try {
      await this.#save((stored) => ({ ...stored, corrections: change(stored.corrections) }));
      const original = this.#original;
      const applicable = this.applicableCorrections();
      if (lesson.signal.aborted) return;
      if (original === null || applicable.length === 0) {
        this.#setFineTuned(null, null);
        if (this.state.value.corrections.length > 0)
          await this.#save((stored) => ({ ...stored, fineTuned: null }));
        return;
      }
      const fineTuned = await this.#runLesson(original, applicable, lesson.signal);
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
    const model = digest === null ? null : { digest, safetensors, corrections, exam: evaluation };
    this.#setFineTuned(fineTuned, model);
    this.#dependencies.app.announce('Training finished.');
    // If another tab has changed the corrections, it fine-tunes, too, and stores its model.
    await this.#save((stored) => {
      const isCurrent = encodeCorrections(this.#applicable(stored.corrections)) === corrections;
      return isCurrent ? { ...stored, fineTuned: model } : stored;
    });
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
      this.#restore(predictor, isFirst, true);
    }
    this.#update({ usesFineTuned: predictor === this.state.value.fineTuned?.predictor });
  }

  /** Opens the stored model if it was fine-tuned from `original` on the current corrections. */
  #restore(original: Predictor, activate: boolean, isEarlierVisit: boolean): void {
    this.#openStored(original, activate, isEarlierVisit).catch((error: unknown) =>
      this.#dependencies.app.showError(error),
    );
  }

  async #openStored(
    original: Predictor,
    activate: boolean,
    isEarlierVisit: boolean,
  ): Promise<void> {
    const stored = this.#storedModel;
    if (stored === null) return;
    if (stored.digest !== (await sha256(original.card.safetensors))) return;
    const applicable = this.applicableCorrections();
    if (stored.corrections !== encodeCorrections(applicable)) return;
    const fineTuned = await openFineTuned(original, stored.safetensors, stored.exam, applicable);
    if (this.#original !== original || this.#lesson !== null || this.#storedModel !== stored) {
      fineTuned.predictor.dispose();
      return;
    }
    this.#update({ restored: isEarlierVisit });
    this.#setFineTuned(fineTuned, stored, activate);
    if (!activate) return;
    const origin = isEarlierVisit ? 'from an earlier visit' : 'from another tab';
    this.#dependencies.app.announce(`The page uses your corrections ${origin}.`);
  }

  /** Takes over the changes of another tab. */
  async #reload(): Promise<void> {
    const known = this.state.value.corrections;
    await this.#access(async (store) => {
      const contents = await store.load();
      this.#storedModel = contents?.fineTuned ?? null;
      this.#setCorrections(contents?.corrections ?? []);
    });
    const { corrections, fineTuned, usesFineTuned } = this.state.value;
    if (encodeCorrections(corrections) !== encodeCorrections(known)) this.cancel();
    if (corrections.length === 0) this.#setFineTuned(null, null);
    else if (this.#original !== null)
      this.#restore(this.#original, fineTuned === null || usesFineTuned, false);
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

  /** Changes the contents of the store, and takes over corrections that other tabs have added to it. */
  #save(change: (stored: StoredCorrections) => StoredCorrections): Promise<void> {
    return this.#access(async (store) => {
      this.#setCorrections((await store.update(change)).corrections);
    });
  }

  /** Accesses the store after earlier accesses. A failure sets `storageError` and does not stop the lesson. */
  #access(use: (store: CorrectionStore) => Promise<void>): Promise<void> {
    this.#pendingAccess = this.#pendingAccess.then(async () => {
      try {
        await use(this.#dependencies.store);
        this.#update({ storageError: null });
      } catch (error) {
        this.#onStoreError(error);
      }
    });
    return this.#pendingAccess;
  }

  /** Sets the corrections to those of the store. Known ones remain the same objects, the keys of `comparisons`. */
  #setCorrections(stored: readonly Correction[]): void {
    const known = this.state.value.corrections;
    const corrections = reuseCorrections(stored, known);
    const isSame =
      corrections.length === known.length && corrections.every((one, i) => one === known[i]);
    if (!isSame) this.#update({ corrections });
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

// FineTuner: the visitor's corrections, the model fine-tuned on them, and which of the two models the page uses.
// Every change of the corrections fine-tunes the original model from the start.

import { InkgradError } from '../../../engine/errors.js';
import type { ExamResult, Lesson } from '../../correction/lesson.js';
import type { FineTuneProgress } from '../../correction/fineTune.js';
import type { App } from '../app.js';
import { Reader } from '../prediction/reader.js';
import type { Reading } from '../prediction/types.js';
import { sha256 } from '../../sha256.js';
import { Signal } from '../ui/signal.js';
import type { CorrectionStore, TaughtModel } from './correctionStore.js';
import { decodeCorrections, encodeCorrections, withMore, type Correction } from './corrections.js';
import type { LessonRunner } from './lessonClient.js';

/** Predictions for a corrected drawing by the original and the fine-tuned model. */
export interface Comparison {
  readonly before: Reading;
  readonly after: Reading;
}

/** A fine-tuned model. */
export interface Taught {
  readonly reader: Reader;
  readonly exam: ExamResult | null;
  /** For every correction that it was fine-tuned on. */
  readonly comparisons: ReadonlyMap<Correction, Comparison>;
}

/** The observable state of a `FineTuner`. */
export interface TeacherState {
  /** Oldest first. */
  readonly corrections: readonly Correction[];
  /** Progress of the running lesson; null if none is running. */
  readonly progress: FineTuneProgress | 'starting' | null;
  /** Null if no model was fine-tuned from the loaded one. */
  readonly taught: Taught | null;
  /** Whether the page predicts with the fine-tuned model. */
  readonly inUse: boolean;
  /** Whether `fineTuned` comes from an earlier visit. */
  readonly restored: boolean;
  /** Error message of the last failed access to the store; null if it succeeded. */
  readonly refusal: string | null;
}

/** Initial state. */
const NOTHING: TeacherState = {
  corrections: [],
  progress: null,
  taught: null,
  inUse: false,
  restored: false,
  refusal: null,
};

/** Dependencies of a `FineTuner`; tests replace them. */
export interface TeacherParts {
  readonly app: App;
  readonly store: CorrectionStore;
  readonly teach: LessonRunner;
}

/** Fine-tunes the original model on all corrections after each change, and selects the model that the page uses. */
export class Teacher {
  readonly state = new Signal<TeacherState>(NOTHING);
  readonly #parts: TeacherParts;
  #original: Reader | null = null;
  /** The stored form of `fineTuned`; null without it, or if the browser computes no SHA-256. */
  #stored: TaughtModel | null = null;
  #lesson: AbortController | null = null;
  /** Resolves after the last queued save or delete. */
  #storing: Promise<void> = Promise.resolve();

  private constructor(parts: TeacherParts) {
    this.#parts = parts;
  }

  /** Loads the store, then follows the page's model and restores the stored one if it was fine-tuned from it. */
  static async start(parts: TeacherParts): Promise<Teacher> {
    const teacher = new Teacher(parts);
    try {
      const contents = await parts.store.load();
      if (contents !== null) teacher.#set({ corrections: contents.corrections });
      teacher.#stored = contents?.taught ?? null;
    } catch (error) {
      teacher.#storeFailed(error);
    }
    parts.app.reader.subscribe((reader) => teacher.#follow(reader));
    return teacher;
  }

  /** The model before fine-tuning: the one that the visitor loaded or the page's own. */
  get original(): Reader | null {
    return this.#original;
  }

  /** Adds the current drawing with `label` to the corrections and fine-tunes. */
  async correct(label: string): Promise<void> {
    const { drawing, reading } = this.#parts.app;
    if (drawing.value.empty) return;
    const { image, strokes } = drawing.value;
    const was = reading.value?.verdict.label ?? label;
    const correction = { label, was, image: image.slice(), strokes };
    await this.#learn(withMore(this.state.value.corrections, [correction]));
  }

  /** Removes a correction and fine-tunes on the others. */
  remove(correction: Correction): Promise<void> {
    return this.#learn(this.state.value.corrections.filter((other) => other !== correction));
  }

  /** Adds corrections from a file and fine-tunes on all. @throws FormatError if the file is invalid */
  async add(text: string, name: string): Promise<void> {
    await this.#learn(withMore(this.state.value.corrections, decodeCorrections(text, name)));
  }

  /** Fine-tunes the loaded model on all corrections. */
  again(): Promise<void> {
    return this.#learn(this.state.value.corrections);
  }

  /** Cancels the lesson; the corrections stay. */
  cancel(): void {
    this.#lesson?.abort(new InkgradError('cancelled'));
  }

  /** Makes the page predict with the fine-tuned model if there is one, or with the original. */
  use(taught: boolean): void {
    const reader = taught ? this.state.value.taught?.reader : this.#original;
    if (reader) this.#parts.app.reader.set(reader);
  }

  /** Deletes the corrections and the fine-tuned model, in memory and in the store. */
  async forget(): Promise<void> {
    this.cancel();
    this.#setTaught(null, null);
    this.#set({ corrections: [], refusal: null });
    await this.#store();
  }

  /** The corrections as the text of a file. */
  exportCorrections(): string {
    return encodeCorrections(this.state.value.corrections);
  }

  /** The corrections whose label is a class of the loaded model. */
  teachable(): Correction[] {
    const classes = this.#original?.classes ?? [];
    return this.state.value.corrections.filter(({ label }) => classes.includes(label));
  }

  async #learn(corrections: readonly Correction[]): Promise<void> {
    this.cancel();
    this.#set({ corrections });
    const original = this.#original;
    const learned = this.teachable();
    if (original === null || learned.length === 0) {
      this.#setTaught(null, null);
      return this.#store();
    }
    const lesson = new AbortController();
    this.#lesson = lesson;
    this.#set({ progress: 'starting' });
    try {
      const [, taught] = await Promise.all([
        this.#store(),
        this.#teach(original, learned, lesson.signal),
      ]);
      await this.#adopt(original, learned, taught, lesson.signal);
    } catch (error) {
      if (!lesson.signal.aborted) this.#parts.app.fail(error);
    } finally {
      if (this.#lesson === lesson) {
        this.#lesson = null;
        this.#set({ progress: null });
      }
    }
  }

  #teach(
    { card, classes }: Reader,
    learned: readonly Correction[],
    signal: AbortSignal,
  ): Promise<Lesson> {
    const corrections = learned.map(({ image, label }) => ({
      image,
      label: classes.indexOf(label),
    }));
    const task = { name: card.name, safetensors: card.safetensors, corrections };
    return this.#parts.teach(task, (progress) => this.#set({ progress }), signal);
  }

  async #adopt(
    original: Reader,
    learned: readonly Correction[],
    { safetensors, exam }: Lesson,
    signal: AbortSignal,
  ): Promise<void> {
    const digest = await sha256(original.card.safetensors);
    const taught = await openTaught(original, safetensors, exam, learned);
    if (signal.aborted) {
      taught.reader.dispose();
      return;
    }
    const corrections = encodeCorrections(learned);
    this.#set({ restored: false });
    this.#setTaught(taught, digest === null ? null : { digest, safetensors, corrections, exam });
    this.#parts.app.say('It has learned what you taught it.');
    await this.#store();
  }

  /** Handles a change of the page's predictor: the original, the fine-tuned model, or a new original. */
  #follow(reader: Reader | null): void {
    const { taught } = this.state.value;
    if (reader === null) return;
    if (reader !== this.#original && reader !== taught?.reader) {
      this.cancel();
      // Only the page's first model switches to the stored one. A visitor who loads a model later expects that model.
      const isFirst = this.#original === null;
      this.#original = reader;
      this.#set({ taught: null });
      taught?.reader.dispose();
      void this.#restore(reader, isFirst).catch((error: unknown) => this.#parts.app.fail(error));
    }
    this.#set({ inUse: reader === this.state.value.taught?.reader });
  }

  /** Opens the stored model if it was fine-tuned from `original` on the current corrections. */
  async #restore(original: Reader, use: boolean): Promise<void> {
    const stored = this.#stored;
    if (stored === null) return;
    if (stored.digest !== (await sha256(original.card.safetensors))) return;
    const learned = this.teachable();
    if (stored.corrections !== encodeCorrections(learned)) return;
    const taught = await openTaught(original, stored.safetensors, stored.exam, learned);
    if (this.#original !== original || this.#lesson !== null) {
      taught.reader.dispose();
      return;
    }
    this.#set({ restored: true });
    this.#setTaught(taught, stored, use);
    if (use) this.#parts.app.say('The page reads with what you taught it last time.');
  }

  /** Replaces the fine-tuned model; null removes it. With `activate` the page predicts with the new one. */
  #setTaught(taught: Taught | null, stored: TaughtModel | null, use = taught !== null): void {
    const last = this.state.value.taught;
    this.#stored = stored;
    this.#set({ taught });
    if (use || this.state.value.inUse) this.use(use);
    last?.reader.dispose();
  }

  /** Saves the state. A failure sets `storageError` and does not stop the lesson. */
  #store(): Promise<void> {
    const { corrections } = this.state.value;
    const { store } = this.#parts;
    const taught = this.#stored;
    this.#storing = this.#storing.then(async () => {
      try {
        await (corrections.length === 0 ? store.forget() : store.save({ corrections, taught }));
        this.#set({ refusal: null });
      } catch (error) {
        this.#storeFailed(error);
      }
    });
    return this.#storing;
  }

  #storeFailed(error: unknown): void {
    this.#set({ refusal: error instanceof Error ? error.message : String(error) });
  }

  #set(change: Partial<TeacherState>): void {
    this.state.set({ ...this.state.value, ...change });
  }
}

/** Opens a fine-tuned model and predicts the corrections with both models. */
async function openTaught(
  original: Reader,
  safetensors: Uint8Array,
  exam: ExamResult | null,
  corrections: readonly Correction[],
): Promise<Taught> {
  const reader = await Reader.open(safetensors, `${original.card.name}, taught by you`);
  const comparisons = new Map<Correction, Comparison>();
  for (const correction of corrections) {
    const { image } = correction;
    comparisons.set(correction, {
      before: await original.read(image),
      after: await reader.read(image),
    });
  }
  return { reader, exam, comparisons };
}

// The teacher: what the visitor corrected, the model that learned it, and which of the two models reads the page. Every change
// of the corrections teaches the original anew. No elements. Imports the app's types, the reader, the parts beside it.

import { InkgradError } from '../../../engine/errors.js';
import type { Lesson } from '../../correction/lesson.js';
import type { PersonaliseProgress } from '../../correction/personalise.js';
import type { App } from '../app.js';
import { sha256 } from '../ui/digest.js';
import type { Reader } from '../prediction/reader.js';
import { Signal } from '../ui/signal.js';
import { decodeCorrections, encodeCorrections, withMore, type Correction } from './corrections.js';
import type { Keeper, TaughtModel } from './keeper.js';
import type { LessonTask } from './protocol.js';
import { NOTHING, openTaught, type Taught, type TeacherState } from './taught.js';

/** What the teacher gets from outside; tests put their own in its place. */
export interface TeacherParts {
  readonly app: Pick<App, 'reader' | 'drawing' | 'reading' | 'say' | 'fail'>;
  readonly keeper: Keeper;
  readonly teach: (
    task: LessonTask,
    onProgress: (progress: PersonaliseProgress) => void,
    signal: AbortSignal,
  ) => Promise<Lesson>;
}

export class Teacher {
  readonly state = new Signal<TeacherState>(NOTHING);
  readonly #parts: TeacherParts;
  #original: Reader | null = null;
  /** What is kept of `taught`; null with it, and where the browser has no digests. */
  #kept: TaughtModel | null = null;
  #lesson: AbortController | null = null;
  /** Saving and forgetting, one after the other. */
  #storing: Promise<void> = Promise.resolve();

  private constructor(parts: TeacherParts) {
    this.#parts = parts;
  }

  /** Reads what is kept, uses the taught model of an earlier visit if it belongs to the page's, and then follows the page's. */
  static async start(parts: TeacherParts): Promise<Teacher> {
    const teacher = new Teacher(parts);
    try {
      const kept = await parts.keeper.load();
      if (kept !== null) teacher.#set({ corrections: kept.corrections });
      teacher.#kept = kept?.taught ?? null;
    } catch (error) {
      teacher.#refused(error);
    }
    parts.app.reader.subscribe((reader) => teacher.#follow(reader));
    return teacher;
  }

  /** What the visitor loaded or the page began with. */
  get original(): Reader | null {
    return this.#original;
  }

  /** Takes the present drawing for a `label`, and teaches it. */
  async correct(label: string): Promise<void> {
    const { drawing, reading } = this.#parts.app;
    if (drawing.value.empty) return;
    const { image, strokes } = drawing.value;
    const was = reading.value?.verdict.label ?? label;
    const correction = { label, was, image: image.slice(), strokes };
    await this.#learn(withMore(this.state.value.corrections, [correction]));
  }

  /** Takes a correction back, and teaches the others. */
  remove(correction: Correction): Promise<void> {
    return this.#learn(this.state.value.corrections.filter((other) => other !== correction));
  }

  /** Puts corrections from a file to those there are, and teaches all. */
  async add(text: string, name: string): Promise<void> {
    await this.#learn(withMore(this.state.value.corrections, decodeCorrections(text, name)));
  }

  /** Teaches the model that is loaded all corrections. */
  again(): Promise<void> {
    return this.#learn(this.state.value.corrections);
  }

  /** Ends the lesson; the corrections stay. */
  cancel(): void {
    this.#lesson?.abort(new InkgradError('cancelled'));
  }

  /** Whether the page reads with the taught model from now on, if there is one. */
  use(taught: boolean): void {
    const reader = taught ? this.state.value.taught?.reader : this.#original;
    if (reader) this.#parts.app.reader.set(reader);
  }

  /** Forgets corrections and the taught model, here and in the browser. */
  async forget(): Promise<void> {
    this.cancel();
    this.#setTaught(null, null);
    this.#set({ corrections: [], refusal: null });
    await this.#store();
  }

  /** The corrections as a file's text. */
  exportCorrections(): string {
    return encodeCorrections(this.state.value.corrections);
  }

  /** Those that the loaded model has a class for. */
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
      const [, taught] = await Promise.all([this.#store(), this.#teach(original, learned, lesson.signal)]);
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

  #teach({ card, classes }: Reader, learned: readonly Correction[], signal: AbortSignal): Promise<Lesson> {
    const corrections = learned.map(({ image, label }) => ({ image, label: classes.indexOf(label) }));
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

  /** Takes notice of the page's reader: one of ours, or a new original. */
  #follow(reader: Reader | null): void {
    const { taught } = this.state.value;
    if (reader === null) return;
    if (reader !== this.#original && reader !== taught?.reader) {
      this.cancel();
      // What the page begins with is taught again as it was; who loads a model later wants that model.
      const begins = this.#original === null;
      this.#original = reader;
      this.#set({ taught: null });
      taught?.reader.dispose();
      void this.#restore(reader, begins).catch((error: unknown) => this.#parts.app.fail(error));
    }
    this.#set({ inUse: reader === this.state.value.taught?.reader });
  }

  /** Opens what was taught this very model, if it was and the corrections are still the same. */
  async #restore(original: Reader, use: boolean): Promise<void> {
    const kept = this.#kept;
    if (kept === null) return;
    if (kept.digest !== (await sha256(original.card.safetensors))) return;
    const learned = this.teachable();
    if (kept.corrections !== encodeCorrections(learned)) return;
    const taught = await openTaught(original, kept.safetensors, kept.exam, learned);
    if (this.#original !== original || this.#lesson !== null) {
      taught.reader.dispose();
      return;
    }
    this.#set({ restored: true });
    this.#setTaught(taught, kept, use);
    if (use) this.#parts.app.say('The page reads with what you taught it last time.');
  }

  /** Puts a taught model in place of the last one, or the original if there is none; with `use` the page reads with it. */
  #setTaught(taught: Taught | null, kept: TaughtModel | null, use = taught !== null): void {
    const last = this.state.value.taught;
    this.#kept = kept;
    this.#set({ taught });
    if (use || this.state.value.inUse) this.use(use);
    last?.reader.dispose();
  }

  /** Keeps what there is. A browser that refuses does not stop the teaching. */
  #store(): Promise<void> {
    const { corrections } = this.state.value;
    const { keeper } = this.#parts;
    const taught = this.#kept;
    this.#storing = this.#storing.then(async () => {
      try {
        await (corrections.length === 0 ? keeper.forget() : keeper.save({ corrections, taught }));
        this.#set({ refusal: null });
      } catch (error) {
        this.#refused(error);
      }
    });
    return this.#storing;
  }

  #refused(error: unknown): void {
    this.#set({ refusal: error instanceof Error ? error.message : String(error) });
  }

  #set(change: Partial<TeacherState>): void {
    this.state.set({ ...this.state.value, ...change });
  }
}

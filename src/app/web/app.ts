// What the parts of the page share: the drawing, who reads it, what was read, and how to speak to the visitor.
// No elements and no work of its own. Imports the signal and types.

import type { Stroke } from '../../data/strokes/raster.js';
import type { Reader } from './prediction/reader.js';
import type { Reading } from './prediction/types.js';
import type { Signal } from './ui/signal.js';

/** What is on the pad. */
export interface Drawing {
  /** In units of the pad, 0..1 of its height; none if it is a picture. */
  readonly strokes: readonly Stroke[];
  /** What the network sees: 784 bytes, 28 x 28, 0 paper, 255 ink. */
  readonly image: Uint8Array;
  readonly empty: boolean;
  readonly source: 'strokes' | 'picture';
}

/** The page as its parts know it. */
export interface App {
  /** Null until the model has loaded; another one when the visitor loads or teaches a model. */
  readonly reader: Signal<Reader | null>;
  readonly drawing: Signal<Drawing>;
  /** Of the latest drawing that was read; null while the pad is empty. */
  readonly reading: Signal<Reading | null>;
  /** Tells people who listen to the page instead of looking at it; polite, and after a pause. */
  say(text: string): void;
  /** Shows a notice with the reason, which stays until it is dismissed. */
  fail(error: unknown): void;
}

/** A part of the page under a tab, as it is once mounted. */
export interface Panel {
  show(): void;
  /** Another tab is shown: stop working. */
  hide(): void;
}

/** What the `index.ts` of a panel's folder exports as `mount`. */
export type MountPanel = (host: HTMLElement, app: App) => Panel;

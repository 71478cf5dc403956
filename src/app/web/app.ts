// The shared state of the page: drawing, predictor, prediction, and messages to the visitor. Types without logic.

import type { Stroke } from '../../data/strokes/raster.js';
import type { Predictor } from './prediction/predictor.js';
import type { Prediction } from './prediction/types.js';
import type { Signal } from './ui/signal.js';

/** The contents of the pad. */
export interface Drawing {
  /** In units of the pad's height, 0..1; empty for an image from a file. */
  readonly strokes: readonly Stroke[];
  /** The network's input, [28, 28], 0 = paper, 255 = ink. */
  readonly image: Uint8Array;
  readonly empty: boolean;
  readonly source: 'strokes' | 'image';
}

/** The observable state of the page. */
export interface PageState {
  /** Null until the model has loaded; replaced when the visitor loads or fine-tunes a model. */
  readonly predictor: Signal<Predictor | null>;
  readonly drawing: Signal<Drawing>;
  /** The latest prediction; null while the pad is empty. */
  readonly prediction: Signal<Prediction | null>;
}

export interface Announcer {
  /** Announces a sentence to screen readers through a polite live region, debounced. */
  announce(text: string): void;
}

export interface ErrorReporter {
  /** Shows the error as a notice until it is dismissed. */
  showError(error: unknown): void;
}

/** Changes of the pad by other parts of the page. */
export interface PadControl {
  /** Replaces the contents by an image of the network's input, [28, 28]; undo restores them. */
  showInput(input: Uint8Array): Promise<void>;
  undo(): void;
}

/** The interface between the page and its parts. */
export interface App extends PageState, Announcer, ErrorReporter {
  readonly pad: PadControl;
}

/** A mounted panel. */
export interface Panel {
  show(): void;
  /** Called when another tab is shown: stop computing. */
  hide(): void;
}

/** Type of `mount`, which `index.ts` of every panel's folder exports. */
export type MountPanel = (host: HTMLElement, app: App) => Panel;

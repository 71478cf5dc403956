// Messages between the page of the course and the worker that runs its cells.

import type { Figure } from '../../course/figure.js';
import type { CellError } from '../../course/session.js';

/** To the worker. `start` comes first. */
export type Request =
  | {
      readonly kind: 'start';
      /** Code of the definition cells of each chapter. */
      readonly definitions: readonly (readonly [chapter: number, cells: readonly string[]])[];
    }
  | { readonly kind: 'run'; readonly code: string; readonly name: string };

/** From the worker: what a cell prints and shows, and how it ends. */
export type Report =
  | { readonly kind: 'printed'; readonly text: string }
  | { readonly kind: 'shown'; readonly figure: Figure }
  | { readonly kind: 'done'; readonly duration: number }
  | { readonly kind: 'failed'; readonly error: CellError };

// The confusion matrix: counts, the images of each cell, and keyboard navigation. No DOM.

import { confusionCounts, confusedPairs, type ConfusedPair } from '../../evaluation/measures.js';

/** A cell of the matrix: true class and predicted class, as indices. */
export interface Cell {
  readonly label: number;
  readonly predicted: number;
}

export class Confusion {
  readonly classes: readonly string[];
  readonly #labels: Uint8Array;
  readonly #predictions: Uint8Array;
  readonly #counts: Uint32Array;
  readonly #totals: Uint32Array;

  /**
   * @param labels true class of each image
   * @param predictions predicted class of each image
   */
  constructor(classes: readonly string[], labels: Uint8Array, predictions: Uint8Array) {
    this.classes = classes;
    this.#labels = labels;
    this.#predictions = predictions;
    this.#counts = confusionCounts(predictions, labels, classes.length);
    this.#totals = new Uint32Array(classes.length);
    for (const label of labels) this.#totals[label] += 1;
  }

  count({ label, predicted }: Cell): number {
    return this.#counts[label * this.classes.length + predicted];
  }

  /** Number of images of the class. */
  total(label: number): number {
    return this.#totals[label];
  }

  /** Fraction of a class's images in this cell; 0 for a class without images. */
  fraction(cell: Cell): number {
    const total = this.total(cell.label);
    return total === 0 ? 0 : this.count(cell) / total;
  }

  /** Indices of the images of a cell. */
  images({ label, predicted }: Cell): number[] {
    const indices: number[] = [];
    for (let i = 0; i < this.#labels.length; i++) {
      if (this.#labels[i] === label && this.#predictions[i] === predicted) indices.push(i);
    }
    return indices;
  }

  /** The cells of the most frequent mistakes. */
  mostFrequentMistakes(limit: number): { readonly cell: Cell; readonly pair: ConfusedPair }[] {
    return confusedPairs(this.#counts, this.classes, limit).map((pair) => ({
      pair,
      cell: { label: this.classes.indexOf(pair.label), predicted: this.classes.indexOf(pair.read) },
    }));
  }

  /** A cell as text: `5 read as S: 3 of 20 (15.0 %)`. */
  describe(cell: Cell): string {
    const [label, predicted] = [this.classes[cell.label], this.classes[cell.predicted]];
    const total = this.total(cell.label);
    if (total === 0) return `${label} read as ${predicted}: there are no images of ${label}`;
    const fraction = (100 * this.fraction(cell)).toFixed(1);
    return `${label} read as ${predicted}: ${this.count(cell)} of ${total} (${fraction} %)`;
  }
}

/** The cell that a key moves to; null for other keys and at the border. Rows do not wrap. */
export function moveCell({ label, predicted }: Cell, key: string, classes: number): Cell | null {
  const clamp = (value: number): number => Math.min(Math.max(value, 0), classes - 1);
  switch (key) {
    case 'ArrowUp':
      return { label: clamp(label - 1), predicted };
    case 'ArrowDown':
      return { label: clamp(label + 1), predicted };
    case 'ArrowLeft':
      return { label, predicted: clamp(predicted - 1) };
    case 'ArrowRight':
      return { label, predicted: clamp(predicted + 1) };
    case 'Home':
      return { label, predicted: 0 };
    case 'End':
      return { label, predicted: classes - 1 };
    default:
      return null;
  }
}

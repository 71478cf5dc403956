// One unit of a layer as the contents of a list item: its map, or the name and the probability of a class.

import { element, setText } from '../ui/dom.js';
import { formatNumber } from '../figures/captionText.js';
import { PixelCanvas } from '../figures/paint.js';
import { currentPalette, rampTable } from '../figures/palette.js';
import { percent } from '../prediction/verdict.js';
import { unitName, type Layer, type Snapshot } from './snapshot.js';

export class UnitTile {
  readonly #item: HTMLElement;
  readonly #index: number;
  readonly #pixels: PixelCanvas;
  readonly #label = element('span', { className: 'label' });
  readonly #fill = element('span', { className: 'fill' });

  /** @param index of the layer */
  constructor(item: HTMLElement, index: number, { kind, side }: Layer) {
    this.#item = item;
    this.#index = index;
    this.#pixels = new PixelCanvas(side, side);
    if (kind === 'classes')
      item.append(this.#label, element('span', { className: 'bar' }, this.#fill));
    else item.append(this.#pixels.canvas);
  }

  /**
   * Shows a unit.
   *
   * @param peak its largest value
   * @param scale the value with the strongest color
   */
  show(snapshot: Snapshot, unit: number, peak: number, scale: number): void {
    const { kind, side, values } = snapshot.layers[this.#index];
    const name = unitName(snapshot, this.#index, unit);
    if (kind === 'classes') {
      const probability = snapshot.prediction.probabilities[unit];
      this.#item.ariaLabel = `${name}: score ${formatNumber(peak)}, ${percent(probability)}`;
      setText(this.#label, name);
      this.#fill.style.transform = `scaleX(${probability})`;
      return;
    }
    this.#item.ariaLabel = `${name}, strongest ${formatNumber(peak)}`;
    const map = values.subarray(unit * side * side, (unit + 1) * side * side);
    this.#pixels.fill(
      map.map((value) => (scale > 0 ? value / scale : 0)),
      rampTable(currentPalette().ramp),
    );
  }
}

// The active units of a layer as a grid of tiles, strongest first: a list with one tab stop.

import { element, setText } from '../ui/dom.js';
import { formatNumber } from '../figures/captionText.js';
import { PixelCanvas } from '../figures/paint.js';
import { currentPalette, rampTable } from '../figures/palette.js';
import { Picker, type Choice } from '../figures/picker.js';
import { percent } from '../prediction/verdict.js';
import { peaksOf, unitName, type Layer, type Selection, type Snapshot } from './snapshot.js';

interface Tile {
  readonly item: HTMLElement;
  readonly pixels: PixelCanvas;
  readonly label: HTMLElement;
  readonly fill: HTMLElement;
}

export class UnitGrid {
  readonly root: HTMLElement;
  readonly #index: number;
  readonly #picker: Picker;
  readonly #tiles: readonly Tile[];
  /** Unit of each tile. */
  #order: readonly number[] = [];

  /** @param index of the layer */
  constructor(index: number, layer: Layer, selection: Choice<Selection>) {
    const { kind, name, side, channels } = layer;
    this.#index = index;
    const selectionOf = (tile: number | null): Selection | null =>
      tile === null ? null : { layer: index, unit: this.#order[tile], point: null };
    this.#picker = new Picker({
      label: `${name}: all active units`,
      names: Array.from({ length: channels }, () => ''),
      preview: (tile) => selection.preview(selectionOf(tile)),
      select: (tile) => selection.select(selectionOf(tile)),
    });
    this.#tiles = this.#picker.items.map((item): Tile => {
      const pixels = new PixelCanvas(side, side);
      const label = element('span', { className: 'label' });
      const fill = element('span', { className: 'fill' });
      if (kind === 'classes') item.append(label, element('span', { className: 'bar' }, fill));
      else item.append(pixels.canvas);
      return { item, pixels, label, fill };
    });
    this.root = element('div', { className: `unit-grid ${kind}` }, this.#picker.root);
  }

  /**
   * @param separately whether each tile is scaled by its own maximum, instead of the layer's
   * @returns the number of active units
   */
  show(snapshot: Snapshot, separately: boolean): number {
    const layer = snapshot.layers[this.#index];
    const peaks = peaksOf(layer);
    const isClasses = layer.kind === 'classes';
    this.#order = Array.from(peaks, (_, unit) => unit)
      .filter((unit) => isClasses || peaks[unit] > 0)
      .sort((a, b) => peaks[b] - peaks[a]);
    const table = rampTable(currentPalette().ramp);
    const size = layer.side ** 2;
    this.#tiles.forEach(({ item, pixels, label, fill }, tile) => {
      item.hidden = tile >= this.#order.length;
      if (item.hidden) return;
      const unit = this.#order[tile];
      const name = unitName(snapshot, this.#index, unit);
      if (isClasses) {
        const probability = snapshot.prediction.probabilities[unit];
        item.ariaLabel = `${name}: score ${formatNumber(peaks[unit])}, ${percent(probability)}`;
        setText(label, `${name}  ${formatNumber(peaks[unit])}`);
        fill.style.transform = `scaleX(${probability})`;
        return;
      }
      item.ariaLabel = `${name}, strongest ${formatNumber(peaks[unit])}`;
      const scale = separately ? peaks[unit] : peaks[this.#order[0]];
      const map = layer.values.subarray(unit * size, (unit + 1) * size);
      pixels.fill(
        map.map((value) => value / scale),
        table,
      );
    });
    return this.#order.length;
  }

  showSelection(selection: Selection | null): void {
    const tile = selection?.layer === this.#index ? this.#order.indexOf(selection.unit) : -1;
    this.#picker.setSelected(tile < 0 ? null : tile);
  }
}

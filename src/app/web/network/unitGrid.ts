// The active units of a layer as a grid of tiles, strongest first: a list with one tab stop.

import { element } from '../ui/dom.js';
import { Picker, type Choice } from '../figures/picker.js';
import { peaksOf, type Layer, type Selection, type Snapshot } from './snapshot.js';
import { UnitTile } from './unitTile.js';

export class UnitGrid {
  readonly root: HTMLElement;
  readonly #index: number;
  readonly #picker: Picker;
  readonly #tiles: readonly UnitTile[];
  /** Unit of each tile. */
  #order: readonly number[] = [];

  /** @param index of the layer */
  constructor(index: number, layer: Layer, selection: Choice<Selection>) {
    const { kind, name, channels } = layer;
    this.#index = index;
    const selectionOf = (tile: number | null): Selection | null =>
      tile === null ? null : { layer: index, unit: this.#order[tile], point: null };
    this.#picker = new Picker({
      label: `${name}: all active units`,
      names: Array.from({ length: channels }, () => ''),
      preview: (tile) => selection.preview(selectionOf(tile)),
      select: (tile) => selection.select(selectionOf(tile)),
    });
    this.#tiles = this.#picker.items.map((item) => new UnitTile(item, index, layer));
    this.root = element('div', { className: `unit-grid ${kind}` }, this.#picker.root);
  }

  /**
   * @param separately whether each tile is scaled by its own maximum, instead of the layer's
   * @returns the number of active units
   */
  show(snapshot: Snapshot, separately: boolean): number {
    const layer = snapshot.layers[this.#index];
    const peaks = peaksOf(layer);
    this.#order = Array.from(peaks, (_, unit) => unit)
      .filter((unit) => layer.kind === 'classes' || peaks[unit] > 0)
      .sort((a, b) => peaks[b] - peaks[a]);
    this.#picker.items.forEach((item, tile) => {
      item.hidden = tile >= this.#order.length;
    });
    this.#order.forEach((unit, tile) => {
      const scale = separately ? peaks[unit] : peaks[this.#order[0]];
      this.#tiles[tile].show(snapshot, unit, peaks[unit], scale);
    });
    return this.#order.length;
  }

  showSelection(selection: Selection | null): void {
    const tile = selection?.layer === this.#index ? this.#order.indexOf(selection.unit) : -1;
    this.#picker.setSelected(tile < 0 ? null : tile);
  }
}

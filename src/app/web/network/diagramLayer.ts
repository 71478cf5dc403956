// One layer of the diagram: its name, and its strongest units as a list with one tab stop.

import { element, setText } from '../ui/dom.js';
import { Picker, type Choice } from '../figures/picker.js';
import { regionOf } from './region.js';
import { peaksOf, type Layer, type Selection, type Snapshot } from './snapshot.js';
import { fillSlots, strongest } from './strongest.js';
import { UnitTile } from './unitTile.js';

/** Number of units that a layer shows. */
const SLOTS = { input: 1, maps: 6, units: 6, classes: 6 };

export class DiagramLayer {
  readonly root: HTMLElement;
  readonly #index: number;
  readonly #kind: Layer['kind'];
  readonly #picker: Picker;
  readonly #tiles: readonly UnitTile[];
  /** Mark the region of each map that the selected value depends on. */
  readonly #frames: readonly HTMLElement[];
  readonly #letters: readonly HTMLElement[];
  #units: readonly (number | null)[];

  constructor(
    index: number,
    layer: Layer,
    selection: Choice<Selection>,
    openLayer: (layer: number) => void,
  ) {
    const { kind, name, channels, side } = layer;
    this.#index = index;
    this.#kind = kind;
    const count = Math.min(SLOTS[kind], channels);
    this.#units = Array.from({ length: count }, () => null);
    const selectionOf = (slot: number | null): Selection | null => {
      const unit = slot === null ? null : this.#units[slot];
      return unit === null ? null : { layer: index, unit, point: null };
    };
    this.#picker = new Picker({
      label: `${name}: ${kind === 'input' ? 'your drawing' : 'the strongest units'}`,
      names: Array.from({ length: count }, () => ''),
      preview: (slot) => selection.preview(selectionOf(slot)),
      select: (slot) => selection.select(selectionOf(slot)),
    });
    this.#tiles = this.#picker.items.map((item) => new UnitTile(item, index, layer));
    this.#frames = this.#picker.items.map((item) => {
      const frame = element('span', { className: 'frame', hidden: true });
      item.append(frame);
      return frame;
    });
    const title = element('button', { type: 'button', className: 'plain' }, name);
    title.addEventListener('click', () => openLayer(index));
    title.ariaDescription = 'Shows every unit of this layer';
    this.#letters = kind === 'classes' ? Array.from({ length: channels }, () => element('i')) : [];
    const size = side > 1 ? `${channels} × ${side} × ${side}` : String(channels);
    this.root = element(
      'div',
      { className: `diagram-layer ${kind}` },
      element('div', { className: 'layer-head' }, title, element('span', {}, size)),
      this.#picker.root,
    );
    if (kind !== 'classes') return;
    const letters = element('div', { className: 'letters', ariaHidden: 'true' }, ...this.#letters);
    this.root.append(letters);
  }

  /** The units in slots. */
  get shownUnits(): number[] {
    return this.#units.filter((unit) => unit !== null);
  }

  /** The element of a shown unit. */
  elementOf(unit: number): HTMLElement {
    return this.#picker.items[this.#units.indexOf(unit)];
  }

  show(snapshot: Snapshot): void {
    const layer = snapshot.layers[this.#index];
    const peaks = peaksOf(layer);
    const count = this.#units.length;
    if (layer.kind === 'input') this.#units = [0];
    else if (layer.kind === 'classes')
      this.#units = snapshot.prediction.ranked.slice(0, count).map(({ index }) => index);
    else this.#units = fillSlots(this.#units, strongest(peaks, count));
    const largest = peaks.reduce((max, peak) => Math.max(max, peak), 0);
    this.#units.forEach((unit, slot) => {
      const item = this.#picker.items[slot];
      item.classList.toggle('empty', unit === null);
      item.ariaDisabled = String(unit === null);
      if (unit === null) item.ariaLabel = 'Not active';
      else this.#tiles[slot].show(snapshot, unit, peaks[unit], largest);
    });
    this.#showLetters(snapshot);
  }

  /** All classes as letters, with the most probable one marked. */
  #showLetters({ classes, prediction }: Snapshot): void {
    this.#letters.forEach((letter, k) => {
      setText(letter, classes[k]);
      letter.classList.toggle('top', prediction.ranked[0].index === k);
    });
  }

  /** Marks the selected unit, and on the maps of earlier layers the region that it depends on. */
  showSelection(snapshot: Snapshot, selection: Selection | null): void {
    const isHere = selection?.layer === this.#index;
    const slot = isHere ? this.#units.indexOf(selection.unit) : -1;
    this.#picker.setSelected(slot < 0 ? null : slot);
    const region =
      selection === null || (this.#kind !== 'input' && this.#kind !== 'maps')
        ? null
        : regionOf(snapshot, selection, this.#index);
    const { side } = snapshot.layers[this.#index];
    for (const frame of this.#frames) {
      frame.hidden = region === null;
      if (region === null) continue;
      const toPercent = (pixels: number): string => `${(100 * pixels) / side}%`;
      frame.style.top = toPercent(region.top);
      frame.style.left = toPercent(region.left);
      frame.style.height = toPercent(region.bottom - region.top);
      frame.style.width = toPercent(region.right - region.left);
    }
  }
}

// One layer of the diagram: its name, and its strongest units as a list with one tab stop.

import { element, setText } from '../ui/dom.js';
import { formatNumber } from '../figures/captionText.js';
import { PixelCanvas } from '../figures/paint.js';
import { currentPalette, rampTable } from '../figures/palette.js';
import { Picker, type Choice } from '../figures/picker.js';
import { percent } from '../prediction/verdict.js';
import { regionOf } from './region.js';
import { peaksOf, unitName, type Layer, type Selection, type Snapshot } from './snapshot.js';
import { fillSlots, strongest } from './strongest.js';

/** Number of units that a layer shows. */
const SLOTS = { input: 1, maps: 6, units: 10, classes: 6 };

/** The elements of one slot. */
interface Slot {
  readonly item: HTMLElement;
  readonly pixels: PixelCanvas;
  readonly frame: HTMLElement;
  readonly label: HTMLElement;
  readonly fill: HTMLElement;
}

export class DiagramLayer {
  readonly root: HTMLElement;
  readonly #index: number;
  readonly #kind: Layer['kind'];
  readonly #picker: Picker;
  readonly #slots: readonly Slot[];
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
    this.#slots = this.#picker.items.map((item) => makeSlot(item, kind, side));
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
    return this.#slots[this.#units.indexOf(unit)].item;
  }

  show(snapshot: Snapshot): void {
    const layer = snapshot.layers[this.#index];
    const { kind, side, values } = layer;
    const peaks = kind === 'classes' ? snapshot.prediction.probabilities : peaksOf(layer);
    const units = kind === 'input' ? [0] : strongest(peaks, this.#slots.length);
    this.#units = kind === 'classes' ? units : fillSlots(this.#units, units);
    const largest = peaks.reduce((max, peak) => Math.max(max, peak), 0);
    const table = rampTable(currentPalette().ramp);
    this.#slots.forEach(({ item, pixels, label, fill }, slot) => {
      const unit = this.#units.at(slot) ?? null;
      item.classList.toggle('empty', unit === null);
      item.ariaDisabled = String(unit === null);
      if (unit === null) {
        item.ariaLabel = 'Not active';
        pixels.fill(new Float32Array(side * side), table);
        return;
      }
      const name = unitName(snapshot, this.#index, unit);
      item.ariaLabel =
        kind === 'classes'
          ? `${name}, ${percent(peaks[unit])}`
          : `${name}, strongest ${formatNumber(peaks[unit])}`;
      if (kind === 'classes') {
        setText(label, name);
        fill.style.transform = `scaleX(${peaks[unit]})`;
        return;
      }
      const map = values.subarray(unit * side * side, (unit + 1) * side * side);
      pixels.fill(
        map.map((value) => (largest > 0 ? value / largest : 0)),
        table,
      );
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
    for (const { frame } of this.#slots) {
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

function makeSlot(item: HTMLElement, kind: Layer['kind'], side: number): Slot {
  const pixels = new PixelCanvas(side, side);
  const frame = element('span', { className: 'frame', hidden: true });
  const label = element('span', { className: 'label' });
  const fill = element('span', { className: 'fill' });
  if (kind === 'classes') item.append(label, element('span', { className: 'bar' }, fill));
  else item.append(pixels.canvas, frame);
  return { item, pixels, frame, label, fill };
}

// The selected map, enlarged. Its points can be previewed by pointing, and selected by a click or with the arrow keys.

import { FigureCanvas } from '../figures/figureCanvas.js';
import { fillBackground, PixelCanvas } from '../figures/paint.js';
import { currentPalette, rampTable } from '../figures/palette.js';
import type { Choice } from '../figures/picker.js';
import { element } from '../ui/dom.js';
import { peakOf, type Peak } from './decompose.js';
import { selectedValue, unitName, type Selection, type Snapshot } from './snapshot.js';

const STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

export class MapFigure {
  readonly root: HTMLElement;
  readonly #figure: FigureCanvas;
  readonly #selection: Choice<Selection>;
  #pixels = new PixelCanvas(1, 1);
  #shown: {
    readonly snapshot: Snapshot;
    readonly selection: Selection;
    readonly value: Peak;
  } | null = null;

  constructor(selection: Choice<Selection>) {
    this.#selection = selection;
    this.#figure = new FigureCanvas('map', (context, width) => this.#paint(context, width));
    const { canvas } = this.#figure;
    canvas.tabIndex = 0;
    canvas.role = 'application'; // so that screen readers pass on the arrow keys
    canvas.addEventListener('pointermove', (event) => {
      if (event.pointerType !== 'touch') this.#selection.preview(this.#selectionAt(event));
    });
    canvas.addEventListener('pointerleave', () => this.#selection.preview(null));
    canvas.addEventListener('click', (event) => this.#selection.select(this.#selectionAt(event)));
    canvas.addEventListener('keydown', (event) => this.#onKey(event));
    this.root = element('div', { className: 'map-frame' }, canvas);
  }

  /** Hidden for a layer without maps. */
  show(snapshot: Snapshot, selection: Selection): void {
    const layer = snapshot.layers[selection.layer];
    this.root.hidden = layer.side === 1;
    if (layer.side === 1) return;
    const value = selectedValue(snapshot, selection);
    this.#shown = { snapshot, selection, value };
    if (this.#pixels.canvas.width !== layer.side) {
      this.#pixels = new PixelCanvas(layer.side, layer.side);
    }
    const name = unitName(snapshot, selection.layer, selection.unit);
    this.#figure.describe(
      `${layer.name}, ${name}, enlarged: row ${value.row + 1}, column ${value.column + 1} of ${layer.side}. ` +
        'Arrow keys select another value.',
    );
    this.#figure.paint();
  }

  #paint(context: CanvasRenderingContext2D, width: number): void {
    const palette = currentPalette();
    fillBackground(context, palette.background);
    if (this.#shown === null) return;
    const { snapshot, selection, value } = this.#shown;
    const { values, side } = snapshot.layers[selection.layer];
    const largest = peakOf(snapshot.layers[selection.layer], selection.unit).value;
    const map = values.subarray(selection.unit * side * side, (selection.unit + 1) * side * side);
    this.#pixels.fill(
      map.map((entry) => (largest > 0 ? entry / largest : 0)),
      rampTable(palette.ramp),
    );
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#pixels.canvas, 0, 0, width, width);
    const cell = width / side;
    context.lineWidth = Math.max(2, width / 90);
    context.strokeStyle = palette.outline;
    context.strokeRect(value.column * cell, value.row * cell, cell, cell);
  }

  /** The value under the pointer. */
  #selectionAt({ offsetX, offsetY }: MouseEvent): Selection | null {
    if (this.#shown === null) return null;
    const { snapshot, selection } = this.#shown;
    const { side } = snapshot.layers[selection.layer];
    const { clientWidth } = this.#figure.canvas;
    const index = (offset: number): number =>
      Math.min(side - 1, Math.max(0, Math.floor((offset / clientWidth) * side)));
    return { ...selection, point: { row: index(offsetY), column: index(offsetX) } };
  }

  #onKey(event: KeyboardEvent): void {
    if (!Object.hasOwn(STEPS, event.key) || this.#shown === null) return;
    event.preventDefault();
    const { snapshot, selection, value } = this.#shown;
    const { side } = snapshot.layers[selection.layer];
    const [rows, columns] = STEPS[event.key];
    const inside = (index: number): number => Math.min(side - 1, Math.max(0, index));
    const point = { row: inside(value.row + rows), column: inside(value.column + columns) };
    this.#selection.select({ ...selection, point });
  }
}

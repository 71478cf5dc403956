// All feature maps of one block on one canvas, under an accessible list of selectable cells.

import { element } from '../ui/dom.js';
import { RampLegend } from '../figures/legend.js';
import { fillBackground, PixelCanvas } from '../figures/paint.js';
import { currentPalette, rampTable } from '../figures/palette.js';
import { Picker, type Choice } from '../figures/picker.js';
import { FigureCanvas } from '../figures/figureCanvas.js';
import { BLOCKS, type FilterChoice, type Snapshot, type View } from './snapshot.js';
import { formatNumber } from '../figures/captionText.js';

/** Gap between maps, as a fraction of a map's width. */
const GAP = 0.14;

export class MapGrid implements View {
  readonly root: HTMLElement;
  readonly #block: number;
  readonly #picker: Picker;
  readonly #figure: FigureCanvas;
  readonly #pixelCanvas: PixelCanvas;
  readonly #legend = new RampLegend();
  readonly #strengths: Float32Array;
  /** Computed style is slow to read, so this is updated only when the width changes. */
  #layout = { width: 0, columns: 1 };
  #scaleSeparately = false;
  #snapshot: Snapshot | null = null;

  constructor(block: number, selection: Choice<FilterChoice>) {
    const { count, side } = BLOCKS[block];
    this.#block = block;
    this.#pixelCanvas = new PixelCanvas(side, side * count);
    this.#strengths = new Float32Array(side * side * count);
    this.#picker = new Picker({
      label: `Filters of block ${block + 1}`,
      names: Array.from({ length: count }, (_, i) => `Filter ${i + 1} of ${count}`),
      preview: (filter) => selection.preview(filter === null ? null : { block, filter }),
      select: (filter) => selection.select({ block, filter }),
    });
    this.#figure = new FigureCanvas('maps', (context, width) => this.#paint(context, width));
    this.#figure.canvas.role = 'presentation'; // the list on top of it describes the maps
    this.root = element(
      'div',
      { className: `block block-${block + 1}` },
      element(
        'div',
        { className: 'block-head' },
        element(
          'h4',
          {},
          `Block ${block + 1}`,
          element('span', {}, ` ${count} filters, ${side} × ${side}`),
        ),
        this.#legend.root,
      ),
      element('div', { className: 'maps-frame' }, this.#figure.canvas, this.#picker.root),
    );
  }

  /** Whether each map is scaled separately, instead of all maps of the block together. */
  set scaleSeparately(scaleSeparately: boolean) {
    this.#scaleSeparately = scaleSeparately;
    this.show(this.#snapshot);
  }

  setSelected(selection: FilterChoice | null): void {
    this.#picker.setSelected(selection?.block === this.#block ? selection.filter : null);
  }

  show(snapshot: Snapshot | null): void {
    this.#snapshot = snapshot;
    const blockMax = snapshot === null ? 0 : this.#computeStrengths(snapshot);
    this.#pixelCanvas.fill(this.#strengths, rampTable(currentPalette().ramp));
    this.#figure.paint();
    this.#legend.paint();
    const maximum = this.#scaleSeparately
      ? 'its own strongest'
      : `strongest ${formatNumber(blockMax)}`;
    this.#legend.show(snapshot === null ? '–' : maximum);
  }

  /** Computes the strengths, 0..1; returns the largest activation of the block. */
  #computeStrengths({ analysis }: Snapshot): number {
    const { count, side } = BLOCKS[this.#block];
    const maps = analysis.blocks[this.#block];
    const size = side * side;
    const maxInRange = (from: number, to: number): number => {
      let max = 0;
      for (let i = from; i < to; i++) max = Math.max(max, maps[i]);
      return max;
    };
    const blockMax = maxInRange(0, maps.length);
    for (let map = 0; map < count; map++) {
      const scale = this.#scaleSeparately ? maxInRange(map * size, (map + 1) * size) : blockMax;
      for (let i = map * size; i < (map + 1) * size; i++)
        this.#strengths[i] = scale > 0 ? maps[i] / scale : 0;
    }
    return blockMax;
  }

  /** Reads the number of maps per row from the list, whose columns the style sheet sets. */
  #paint(context: CanvasRenderingContext2D, width: number): void {
    const { count, side } = BLOCKS[this.#block];
    if (width !== this.#layout.width) {
      const columns = Number(getComputedStyle(this.root).getPropertyValue('--columns'));
      this.#layout = { width, columns };
    }
    const { columns } = this.#layout;
    fillBackground(context, currentPalette().background);
    const cell = width / (columns + (columns - 1) * GAP);
    context.imageSmoothingEnabled = false;
    for (let map = 0; map < (this.#snapshot === null ? 0 : count); map++) {
      const left = Math.round((map % columns) * cell * (1 + GAP));
      const top = Math.round(Math.floor(map / columns) * cell * (1 + GAP));
      const extent = Math.round(cell);
      context.drawImage(
        this.#pixelCanvas.canvas,
        0,
        map * side,
        side,
        side,
        left,
        top,
        extent,
        extent,
      );
    }
  }
}

// All feature maps of one block on one canvas, under an accessible list of selectable cells.

import { element } from '../ui/dom.js';
import { RampLegend } from './legend.js';
import { clear, Stamp } from './paint.js';
import { currentPalette, rampTable } from './palette.js';
import { Picker, type Choice } from './picker.js';
import { Plate } from './plate.js';
import { BLOCKS, type FilterChoice, type Scene, type View } from './scene.js';
import { figure } from './captionText.js';

/** Gap between maps, as a fraction of a map's width. */
const GAP = 0.14;

export class MapGrid implements View {
  readonly root: HTMLElement;
  readonly #block: number;
  readonly #picker: Picker;
  readonly #plate: Plate;
  readonly #stamp: Stamp;
  readonly #legend = new RampLegend();
  readonly #strengths: Float32Array;
  /** Computed style is slow to read, so this is updated only when the width changes. */
  #measured = { width: 0, columns: 1 };
  #each = false;
  #scene: Scene | null = null;

  constructor(block: number, choice: Choice<FilterChoice>) {
    const { count, side } = BLOCKS[block];
    this.#block = block;
    this.#stamp = new Stamp(side, side * count);
    this.#strengths = new Float32Array(side * side * count);
    this.#picker = new Picker({
      label: `Filters of block ${block + 1}`,
      names: Array.from({ length: count }, (_, i) => `Filter ${i + 1} of ${count}`),
      point: (filter) => choice.point(filter === null ? null : { block, filter }),
      keep: (filter) => choice.keep({ block, filter }),
    });
    this.#plate = new Plate('maps', (context, width) => this.#paint(context, width));
    this.#plate.canvas.role = 'presentation'; // the list on top of it describes the maps
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
      element('div', { className: 'maps-frame' }, this.#plate.canvas, this.#picker.root),
    );
  }

  /** Whether each map is scaled separately, instead of all maps of the block together. */
  set each(each: boolean) {
    this.#each = each;
    this.show(this.#scene);
  }

  mark(choice: FilterChoice | null): void {
    this.#picker.mark(choice?.block === this.#block ? choice.filter : null);
  }

  show(scene: Scene | null): void {
    this.#scene = scene;
    const strongest = scene === null ? 0 : this.#measure(scene);
    this.#stamp.fill(this.#strengths, rampTable(currentPalette().ramp));
    this.#plate.paint();
    this.#legend.paint();
    const maximum = this.#each ? 'its own strongest' : `strongest ${figure(strongest)}`;
    this.#legend.show(scene === null ? '–' : maximum);
  }

  /** Computes the strengths, 0..1; returns the largest activation of the block. */
  #measure({ thought }: Scene): number {
    const { count, side } = BLOCKS[this.#block];
    const maps = thought.blocks[this.#block];
    const size = side * side;
    const largest = (from: number, to: number): number => {
      let most = 0;
      for (let i = from; i < to; i++) most = Math.max(most, maps[i]);
      return most;
    };
    const all = largest(0, maps.length);
    for (let map = 0; map < count; map++) {
      const scale = this.#each ? largest(map * size, (map + 1) * size) : all;
      for (let i = map * size; i < (map + 1) * size; i++)
        this.#strengths[i] = scale > 0 ? maps[i] / scale : 0;
    }
    return all;
  }

  /** Reads the number of maps per row from the list, whose columns the style sheet sets. */
  #paint(context: CanvasRenderingContext2D, width: number): void {
    const { count, side } = BLOCKS[this.#block];
    if (width !== this.#measured.width) {
      const columns = Number(getComputedStyle(this.root).getPropertyValue('--columns'));
      this.#measured = { width, columns };
    }
    const { columns } = this.#measured;
    clear(context, currentPalette().ground);
    const cell = width / (columns + (columns - 1) * GAP);
    context.imageSmoothingEnabled = false;
    for (let map = 0; map < (this.#scene === null ? 0 : count); map++) {
      const left = Math.round((map % columns) * cell * (1 + GAP));
      const top = Math.round(Math.floor(map / columns) * cell * (1 + GAP));
      const extent = Math.round(cell);
      context.drawImage(this.#stamp.canvas, 0, map * side, side, side, left, top, extent, extent);
    }
  }
}

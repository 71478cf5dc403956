// Details of one filter: its activations over the drawing, and the input channels that contribute most at its strongest point.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { element } from '../ui/dom.js';
import { FeedRow } from './feedRow.js';
import {
  fieldOf,
  kernelOf,
  peakOf,
  strideOf,
  takeApart,
  type Peak,
  type TakenApart,
} from './filters.js';
import { MarkLegend } from './legend.js';
import { clear, fade, largestOf, Stamp } from './paint.js';
import { currentPalette, type Color, type Palette } from './palette.js';
import { Plate } from './plate.js';
import { BLOCKS, inputSide, type FilterChoice, type Scene } from './scene.js';
import { paintDrawing, write } from './gradients.js';
import { atPlace, figure, signed } from './captionText.js';

const FEEDERS = 4;

export class FilterView {
  readonly root: HTMLElement;
  readonly #title = element('h4', {}, 'One filter');
  readonly #where = element('p', { className: 'caption' });
  readonly #sum = element('p', { className: 'caption' });
  readonly #plate: Plate;
  readonly #drawing = new Stamp(IMAGE_SIDE, IMAGE_SIDE);
  readonly #maps = BLOCKS.map(({ side }) => new Stamp(side, side));
  readonly #rows = Array.from({ length: FEEDERS }, () => new FeedRow());
  readonly #legend = new MarkLegend('more here makes it fire', 'more here keeps it quiet');
  #shown: { readonly scene: Scene; readonly choice: FilterChoice; readonly peak: Peak } | null =
    null;

  constructor() {
    this.#plate = new Plate('filter-map', (context, width) => this.#paint(context, width));
    this.root = element(
      'aside',
      { className: 'filter', ariaLabel: 'The filter that you point at' },
      element(
        'div',
        { className: 'filter-location' },
        this.#plate.canvas,
        element('div', {}, this.#title, this.#where),
      ),
      element(
        'div',
        { className: 'filter-inputs' },
        ...this.#rows.map(({ root }) => root),
        this.#sum,
        this.#legend.root,
      ),
    );
  }

  show(scene: Scene | null, choice: FilterChoice | null): void {
    this.#legend.paint();
    if (scene === null || choice === null) {
      this.#shown = null;
      write(this.#title, 'One filter');
      write(this.#where, 'Point at a map, or move to one with the arrow keys, to see it here.');
      write(this.#sum, '');
      for (const row of this.#rows) row.show(null);
      this.#plate.describe('Nothing yet');
      this.#plate.paint();
      return;
    }
    const { block, filter } = choice;
    const { side, count } = BLOCKS[block];
    const peak = peakOf(scene.thought.blocks[block], side, filter);
    this.#shown = { scene, choice, peak };
    write(this.#title, `Filter ${filter + 1} of ${count}, block ${block + 1}`);
    const where =
      peak.value > 0
        ? `It fires most ${atPlace(peak.row, peak.column, side)}, with ${figure(peak.value)}; the frame is all that this point can see.`
        : 'It does not fire anywhere on this drawing.';
    write(this.#where, where);
    this.#plate.describe(`Filter ${filter + 1} of block ${block + 1} upon the drawing. ${where}`);
    this.#plate.paint();
    this.#explain(scene, choice, peak);
  }

  #explain(scene: Scene, { block, filter }: FilterChoice, peak: Peak): void {
    if (scene.filters === null || peak.value <= 0) {
      for (const row of this.#rows) row.show(null);
      write(this.#sum, '');
      return;
    }
    const side = inputSide(block);
    const filters = scene.filters[block];
    const input = scene.thought.inputs[block];
    const raw = block === 0 && scene.convolutions[0] === 1; // its input is the drawing, -1 = paper, 1 = ink
    const apart = takeApart(filters, filter, input, side, peak);
    const most = apart.shares
      .toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .slice(0, FEEDERS);
    this.#rows.forEach((row, at) => {
      if (at >= most.length) {
        row.show(null);
        return;
      }
      const { channel, value } = most[at];
      const maps = input.subarray(channel * side * side, (channel + 1) * side * side);
      row.show({
        name: raw ? 'your drawing' : nameOf(scene, block, channel),
        adds: signed(value),
        kernel: kernelOf(filters, filter, channel),
        largest: Math.max(
          ...most.map((share) => largestOf(kernelOf(filters, filter, share.channel))),
        ),
        source: raw ? maps.map((value) => (value + 1) / 2) : maps,
        side,
        at: apart,
      });
    });
    write(
      this.#sum,
      sumInWords(
        apart,
        most.reduce((sum, { value }) => sum + value, 0),
        most.length,
        filters.inChannels,
      ),
    );
  }

  #paint(context: CanvasRenderingContext2D, width: number): void {
    const palette = currentPalette();
    clear(context, palette.ground);
    if (this.#shown === null) return;
    const { scene, choice, peak } = this.#shown;
    paintDrawing(context, this.#drawing, scene.reading.image, width);
    const { side } = BLOCKS[choice.block];
    const size = side * side;
    const map = scene.thought.blocks[choice.block].subarray(
      choice.filter * size,
      (choice.filter + 1) * size,
    );
    if (peak.value <= 0) return;
    const stamp = this.#maps[choice.block];
    stamp.fill(
      map.map((value) => (0.85 * value) / peak.value),
      fade(overlay(palette)),
    );
    const pixel = width / IMAGE_SIDE;
    const extent = side * strideOf(choice.block) * pixel; // the maps of block 3 do not cover the whole image
    context.imageSmoothingEnabled = true;
    context.drawImage(stamp.canvas, 0, 0, extent, extent);
    const field = (place: number): ReturnType<typeof fieldOf> =>
      fieldOf(scene.convolutions, choice.block, place);
    const [down, across] = [field(peak.row), field(peak.column)];
    context.strokeStyle = palette.mark;
    context.lineWidth = Math.max(2, width / 150);
    context.strokeRect(
      across.first * pixel,
      down.first * pixel,
      (across.last - across.first + 1) * pixel,
      (down.last - down.first + 1) * pixel,
    );
  }
}

/** Name of the layer before a block's last convolution: the previous block, or an earlier convolution of the same block. */
function nameOf({ convolutions }: Scene, block: number, channel: number): string {
  return convolutions[block] === 1
    ? `filter ${channel + 1} of block ${block}`
    : `inner filter ${channel + 1} of block ${block + 1}`;
}

/** A strong color of the ramp that contrasts with the drawing and the background. */
function overlay({ ramp }: Palette): Color {
  return ramp[3];
}

function sumInWords(
  { bias, total }: TakenApart,
  most: number,
  shown: number,
  count: number,
): string {
  const others = count - shown;
  const rest = others === 0 ? '' : ` ${signed(total - bias - most)} from ${others} others`;
  return `Together ${signed(most)},${rest === '' ? '' : `${rest},`} and ${signed(bias)} that the filter starts with: ${figure(total)}.`;
}

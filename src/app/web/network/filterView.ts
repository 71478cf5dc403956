// Details of one filter: its activations over the drawing, and the input channels that contribute most at its strongest point.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { element, setText } from '../ui/dom.js';
import { InputChannelRow } from './inputChannelRow.js';
import {
  receptiveField,
  kernelOf,
  peakOf,
  strideOf,
  decompose,
  type Peak,
  type Decomposition,
} from './filters.js';
import { MarkLegend } from '../figures/legend.js';
import {
  fillBackground,
  alphaTable,
  largestOf,
  paintDrawing,
  PixelCanvas,
} from '../figures/paint.js';
import { currentPalette, type Color, type Palette } from '../figures/palette.js';
import { FigureCanvas } from '../figures/figureCanvas.js';
import { BLOCKS, inputSide, type FilterChoice, type Snapshot } from './snapshot.js';
import { inRegion, formatNumber, formatSigned } from '../figures/captionText.js';

const SHOWN_CHANNELS = 4;

export class FilterView {
  readonly root: HTMLElement;
  readonly #title = element('h4', {}, 'One filter');
  readonly #location = element('p', { className: 'caption' });
  readonly #sumText = element('p', { className: 'caption' });
  readonly #figure: FigureCanvas;
  readonly #drawingPixels = new PixelCanvas(IMAGE_SIDE, IMAGE_SIDE);
  readonly #mapPixels = BLOCKS.map(({ side }) => new PixelCanvas(side, side));
  readonly #rows = Array.from({ length: SHOWN_CHANNELS }, () => new InputChannelRow());
  readonly #legend = new MarkLegend('more here makes it fire', 'more here keeps it quiet');
  #current: {
    readonly snapshot: Snapshot;
    readonly selected: FilterChoice;
    readonly peak: Peak;
  } | null = null;

  constructor() {
    this.#figure = new FigureCanvas('filter-map', (context, width) => this.#paint(context, width));
    this.root = element(
      'aside',
      { className: 'filter', ariaLabel: 'The filter that you point at' },
      element(
        'div',
        { className: 'filter-location' },
        this.#figure.canvas,
        element('div', {}, this.#title, this.#location),
      ),
      element(
        'div',
        { className: 'filter-inputs' },
        ...this.#rows.map(({ root }) => root),
        this.#sumText,
        this.#legend.root,
      ),
    );
  }

  show(snapshot: Snapshot | null, selected: FilterChoice | null): void {
    this.#legend.paint();
    if (snapshot === null || selected === null) {
      this.#current = null;
      setText(this.#title, 'One filter');
      setText(
        this.#location,
        'Point at a map, or move to one with the arrow keys, to see it here.',
      );
      setText(this.#sumText, '');
      for (const row of this.#rows) row.show(null);
      this.#figure.describe('Nothing yet');
      this.#figure.paint();
      return;
    }
    const { block, filter } = selected;
    const { side, count } = BLOCKS[block];
    const peak = peakOf(snapshot.analysis.blocks[block], side, filter);
    this.#current = { snapshot, selected, peak };
    setText(this.#title, `Filter ${filter + 1} of ${count}, block ${block + 1}`);
    const location =
      peak.value > 0
        ? `It fires most ${inRegion(peak.row, peak.column, side)}, with ${formatNumber(peak.value)}; the frame is all that this point can see.`
        : 'It does not fire anywhere on this drawing.';
    setText(this.#location, location);
    this.#figure.describe(
      `Filter ${filter + 1} of block ${block + 1} upon the drawing. ${location}`,
    );
    this.#figure.paint();
    this.#explain(snapshot, selected, peak);
  }

  #explain(snapshot: Snapshot, { block, filter }: FilterChoice, peak: Peak): void {
    if (snapshot.filters === null || peak.value <= 0) {
      for (const row of this.#rows) row.show(null);
      setText(this.#sumText, '');
      return;
    }
    const side = inputSide(block);
    const filters = snapshot.filters[block];
    const input = snapshot.analysis.inputs[block];
    const isDrawing = block === 0 && snapshot.convolutions[0] === 1; // its input is the drawing, -1 = paper, 1 = ink
    const decomposition = decompose(filters, filter, input, side, peak);
    const largest = decomposition.contributions
      .toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .slice(0, SHOWN_CHANNELS);
    this.#rows.forEach((row, index) => {
      if (index >= largest.length) {
        row.show(null);
        return;
      }
      const { channel, value } = largest[index];
      const maps = input.subarray(channel * side * side, (channel + 1) * side * side);
      row.show({
        name: isDrawing ? 'your drawing' : channelName(snapshot, block, channel),
        contribution: formatSigned(value),
        kernel: kernelOf(filters, filter, channel),
        maxWeight: Math.max(
          ...largest.map((share) => largestOf(kernelOf(filters, filter, share.channel))),
        ),
        source: isDrawing ? maps.map((value) => (value + 1) / 2) : maps,
        side,
        center: decomposition,
      });
    });
    setText(
      this.#sumText,
      sumText(
        decomposition,
        largest.reduce((sum, { value }) => sum + value, 0),
        largest.length,
        filters.inChannels,
      ),
    );
  }

  #paint(context: CanvasRenderingContext2D, width: number): void {
    const palette = currentPalette();
    fillBackground(context, palette.background);
    if (this.#current === null) return;
    const { snapshot, selected, peak } = this.#current;
    paintDrawing(context, this.#drawingPixels, snapshot.prediction.image, width);
    const { side } = BLOCKS[selected.block];
    const size = side * side;
    const activations = snapshot.analysis.blocks[selected.block].subarray(
      selected.filter * size,
      (selected.filter + 1) * size,
    );
    if (peak.value <= 0) return;
    const pixelCanvas = this.#mapPixels[selected.block];
    pixelCanvas.fill(
      activations.map((value) => (0.85 * value) / peak.value),
      alphaTable(overlayColor(palette)),
    );
    const pixel = width / IMAGE_SIDE;
    const extent = side * strideOf(selected.block) * pixel; // the maps of block 3 do not cover the whole image
    context.imageSmoothingEnabled = true;
    context.drawImage(pixelCanvas.canvas, 0, 0, extent, extent);
    const fieldAt = (position: number): ReturnType<typeof receptiveField> =>
      receptiveField(snapshot.convolutions, selected.block, position);
    const [rows, columns] = [fieldAt(peak.row), fieldAt(peak.column)];
    context.strokeStyle = palette.outline;
    context.lineWidth = Math.max(2, width / 150);
    context.strokeRect(
      columns.first * pixel,
      rows.first * pixel,
      (columns.last - columns.first + 1) * pixel,
      (rows.last - rows.first + 1) * pixel,
    );
  }
}

/** Name of the layer before a block's last convolution: the previous block, or an earlier convolution of the same block. */
function channelName({ convolutions }: Snapshot, block: number, channel: number): string {
  return convolutions[block] === 1
    ? `filter ${channel + 1} of block ${block}`
    : `inner filter ${channel + 1} of block ${block + 1}`;
}

/** A strong color of the ramp that contrasts with the drawing and the background. */
function overlayColor({ ramp }: Palette): Color {
  return ramp[3];
}

function sumText(
  { bias, total }: Decomposition,
  largest: number,
  shownCount: number,
  count: number,
): string {
  const otherCount = count - shownCount;
  const otherText =
    otherCount === 0 ? '' : ` ${formatSigned(total - bias - largest)} from ${otherCount} others`;
  return `Together ${formatSigned(largest)},${otherText === '' ? '' : `${otherText},`} and ${formatSigned(bias)} that the filter starts with: ${formatNumber(total)}.`;
}

// The confusion matrix on a canvas: rows are true classes, columns predicted ones, bars the accuracy of each class.
// The pointer or the arrow keys move over the cells; a click or Enter opens one.

import { element } from '../ui/dom.js';
import { moveCell, type Cell, type Confusion } from './confusion.js';
import { onThemeChange, themeOf, type Theme } from './theme.js';

/** Sizes in CSS pixels: a cell, just large enough for touch; the class names; the bars on the right. */
const MIN_CELL = 11;
const NAME_WIDTH = 22;
const BAR_WIDTH = 56;
const GAP = 8;

export class Matrix {
  readonly element: HTMLElement;
  readonly #canvas = element('canvas', { ariaHidden: 'true' });
  readonly #scroller: HTMLElement;
  readonly #readout = element('p', { className: 'readout' });
  readonly #onOpen: (cell: Cell) => void;
  #confusion: Confusion | null = null;
  #current: Cell = { label: 0, predicted: 0 };
  #opened: Cell | null = null;
  #cellSize = MIN_CELL;

  /** @param onOpen called with the opened cell */
  constructor(onOpen: (cell: Cell) => void) {
    this.#onOpen = onOpen;
    this.#scroller = element(
      'div',
      { className: 'matrix-surface', tabIndex: 0, role: 'application' },
      this.#canvas,
    );
    this.#scroller.ariaLabel =
      'Confusion matrix. Rows: true character. Columns: prediction. Arrow keys move, Enter opens the images';
    this.#readout.ariaLive = 'polite';
    this.element = element('div', { className: 'matrix' }, this.#readout, this.#scroller);
    this.#listen();
    new ResizeObserver(() => this.#draw()).observe(this.#scroller);
    onThemeChange(() => this.#draw());
  }

  show(confusion: Confusion | null): void {
    this.#confusion = confusion;
    if (confusion === null) this.#opened = null;
    this.#draw();
    this.#updateReadout();
  }

  /** Marks a cell and opens its images. */
  open(cell: Cell): void {
    this.#opened = this.#current = cell;
    this.#draw();
    this.#updateReadout();
    this.#onOpen(cell);
  }

  #listen(): void {
    const scroller = this.#scroller;
    scroller.addEventListener('pointermove', (event) => this.#moveTo(this.#cellUnder(event)));
    scroller.addEventListener('click', (event) => {
      const cell = this.#cellUnder(event);
      if (cell !== null) this.open(cell);
    });
    scroller.addEventListener('keydown', (event) => {
      if (this.#confusion === null) return;
      if (event.key === 'Enter' || event.key === ' ') this.open(this.#current);
      else {
        const next = moveCell(this.#current, event.key, this.#confusion.classes.length);
        if (next === null) return;
        this.#moveTo(next);
        this.#scrollToCurrent();
      }
      event.preventDefault();
    });
  }

  #moveTo(cell: Cell | null): void {
    if (
      cell === null ||
      (cell.label === this.#current.label && cell.predicted === this.#current.predicted)
    )
      return;
    this.#current = cell;
    this.#draw();
    this.#updateReadout();
  }

  #updateReadout(): void {
    this.#readout.textContent =
      this.#confusion?.describe(this.#current) ?? 'After the first epoch.';
  }

  /** Scrolls the current cell into view if the matrix is wider than the screen. */
  #scrollToCurrent(): void {
    const center = NAME_WIDTH + (this.#current.predicted + 0.5) * this.#cellSize;
    this.#scroller.scrollLeft = center - this.#scroller.clientWidth / 2;
  }

  #cellUnder({ clientX, clientY }: MouseEvent): Cell | null {
    const { left, top } = this.#canvas.getBoundingClientRect();
    const predicted = Math.floor((clientX - left - NAME_WIDTH) / this.#cellSize);
    const label = Math.floor((clientY - top - NAME_WIDTH) / this.#cellSize);
    const count = this.#confusion?.classes.length ?? 0;
    return predicted >= 0 && label >= 0 && predicted < count && label < count
      ? { label, predicted }
      : null;
  }

  #draw(): void {
    const available = this.#scroller.clientWidth;
    if (this.#confusion === null || available === 0) {
      this.#canvas.width = this.#canvas.height = 0;
      return;
    }
    const { classes } = this.#confusion;
    this.#cellSize = Math.min(
      32,
      Math.max(MIN_CELL, Math.floor((available - NAME_WIDTH - GAP - BAR_WIDTH) / classes.length)),
    );
    const side = this.#cellSize * classes.length;
    const [width, height] = [NAME_WIDTH + side + GAP + BAR_WIDTH, NAME_WIDTH + side + 1];
    const scale = devicePixelRatio;
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    const context = this.#canvas.getContext('2d')!;
    context.scale(scale, scale);
    const theme = themeOf(this.#scroller);
    this.#drawCells(context, this.#confusion, theme);
    this.#drawNames(context, this.#confusion, theme);
    this.#drawMarks(context, theme);
  }

  #drawCells(context: CanvasRenderingContext2D, confusion: Confusion, theme: Theme): void {
    const size = this.#cellSize;
    for (let label = 0; label < confusion.classes.length; label++) {
      const y = NAME_WIDTH + label * size;
      for (let predicted = 0; predicted < confusion.classes.length; predicted++) {
        const x = NAME_WIDTH + predicted * size;
        context.globalAlpha = 0.45;
        context.fillStyle = theme.line;
        context.fillRect(x, y, size - 1, size - 1);
        const fraction = confusion.fraction({ label, predicted });
        if (fraction === 0) continue;
        // As in the figures of `inkgrad eval`: the square root makes a mistake rate of 1 % visible.
        context.globalAlpha = 0.12 + 0.88 * Math.sqrt(fraction);
        context.fillStyle = label === predicted ? theme.right : theme.wrong;
        context.fillRect(x, y, size - 1, size - 1);
      }
      const left = NAME_WIDTH + confusion.classes.length * size + GAP;
      context.globalAlpha = 0.45;
      context.fillStyle = theme.line;
      context.fillRect(left, y + 2, BAR_WIDTH, size - 5);
      context.globalAlpha = 1;
      context.fillStyle = theme.right;
      context.fillRect(
        left,
        y + 2,
        BAR_WIDTH * confusion.fraction({ label, predicted: label }),
        size - 5,
      );
    }
  }

  #drawNames(context: CanvasRenderingContext2D, { classes }: Confusion, theme: Theme): void {
    const size = this.#cellSize;
    context.globalAlpha = 1;
    context.textBaseline = 'middle';
    context.textAlign = 'center';
    for (const [i, name] of classes.entries()) {
      const center = NAME_WIDTH + (i + 0.5) * size - 0.5;
      for (const [current, x, y] of [
        [this.#current.label, NAME_WIDTH / 2, center],
        [this.#current.predicted, center, NAME_WIDTH / 2],
      ] as const) {
        const active = current === i;
        context.fillStyle = active ? theme.ink : theme.soft;
        context.font = `${active ? 700 : 400} ${Math.min(14, size)}px ${theme.font}`;
        context.fillText(name, x, y);
      }
    }
  }

  #drawMarks(context: CanvasRenderingContext2D, theme: Theme): void {
    const size = this.#cellSize;
    const frame = ({ label, predicted }: Cell, width: number): void => {
      context.lineWidth = width;
      context.strokeRect(
        NAME_WIDTH + predicted * size - 0.5,
        NAME_WIDTH + label * size - 0.5,
        size,
        size,
      );
    };
    context.strokeStyle = theme.ink;
    frame(this.#current, 1.5);
    if (this.#opened !== null) frame(this.#opened, 2.5);
  }
}

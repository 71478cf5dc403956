// The confusion matrix on a canvas: rows are true classes, columns predicted ones, bars the accuracy of each class.
// The pointer or the arrow keys move over the cells; a click or Enter opens one.

import { element } from '../ui/dom.js';
import { moveCell, type Cell, type Confusion } from './confusion.js';
import { onThemeChange, themeOf, type Theme } from './theme.js';

/** Sizes in CSS pixels: a cell, just large enough for touch; the class names; the bars on the right. */
const MIN_CELL = 11;
const NAMES = 22;
const BARS = 56;
const GAP = 8;

export class Matrix {
  readonly element: HTMLElement;
  readonly #canvas = element('canvas', { ariaHidden: 'true' });
  readonly #surface: HTMLElement;
  readonly #readout = element('p', { className: 'readout' });
  readonly #onOpen: (cell: Cell) => void;
  #confusion: Confusion | null = null;
  #at: Cell = { label: 0, read: 0 };
  #opened: Cell | null = null;
  #cell = MIN_CELL;

  /** @param onOpen called with the opened cell */
  constructor(onOpen: (cell: Cell) => void) {
    this.#onOpen = onOpen;
    this.#surface = element(
      'div',
      { className: 'matrix-surface', tabIndex: 0, role: 'application' },
      this.#canvas,
    );
    this.#surface.ariaLabel =
      'Confusion matrix: rows are what the characters show, columns what was read. Arrow keys move, Enter opens the images';
    this.#readout.ariaLive = 'polite';
    this.element = element('div', { className: 'matrix' }, this.#readout, this.#surface);
    this.#listen();
    new ResizeObserver(() => this.#draw()).observe(this.#surface);
    onThemeChange(() => this.#draw());
  }

  show(confusion: Confusion | null): void {
    this.#confusion = confusion;
    if (confusion === null) this.#opened = null;
    this.#draw();
    this.#tell();
  }

  /** Marks a cell and opens its images. */
  open(cell: Cell): void {
    this.#opened = this.#at = cell;
    this.#draw();
    this.#tell();
    this.#onOpen(cell);
  }

  #listen(): void {
    const surface = this.#surface;
    surface.addEventListener('pointermove', (event) => this.#go(this.#cellUnder(event)));
    surface.addEventListener('click', (event) => {
      const cell = this.#cellUnder(event);
      if (cell !== null) this.open(cell);
    });
    surface.addEventListener('keydown', (event) => {
      if (this.#confusion === null) return;
      if (event.key === 'Enter' || event.key === ' ') this.open(this.#at);
      else {
        const next = moveCell(this.#at, event.key, this.#confusion.classes.length);
        if (next === null) return;
        this.#go(next);
        this.#reveal();
      }
      event.preventDefault();
    });
  }

  #go(cell: Cell | null): void {
    if (cell === null || (cell.label === this.#at.label && cell.read === this.#at.read)) return;
    this.#at = cell;
    this.#draw();
    this.#tell();
  }

  #tell(): void {
    this.#readout.textContent = this.#confusion?.describe(this.#at) ?? 'After the first epoch.';
  }

  /** Scrolls the current cell into view if the matrix is wider than the screen. */
  #reveal(): void {
    const middle = NAMES + (this.#at.read + 0.5) * this.#cell;
    this.#surface.scrollLeft = middle - this.#surface.clientWidth / 2;
  }

  #cellUnder({ clientX, clientY }: MouseEvent): Cell | null {
    const { left, top } = this.#canvas.getBoundingClientRect();
    const read = Math.floor((clientX - left - NAMES) / this.#cell);
    const label = Math.floor((clientY - top - NAMES) / this.#cell);
    const most = this.#confusion?.classes.length ?? 0;
    return read >= 0 && label >= 0 && read < most && label < most ? { label, read } : null;
  }

  #draw(): void {
    const room = this.#surface.clientWidth;
    if (this.#confusion === null || room === 0) {
      this.#canvas.width = this.#canvas.height = 0;
      return;
    }
    const { classes } = this.#confusion;
    this.#cell = Math.min(
      32,
      Math.max(MIN_CELL, Math.floor((room - NAMES - GAP - BARS) / classes.length)),
    );
    const side = this.#cell * classes.length;
    const [width, height] = [NAMES + side + GAP + BARS, NAMES + side + 1];
    const scale = devicePixelRatio;
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    const context = this.#canvas.getContext('2d')!;
    context.scale(scale, scale);
    const theme = themeOf(this.#surface);
    this.#drawCells(context, this.#confusion, theme);
    this.#drawNames(context, this.#confusion, theme);
    this.#drawMarks(context, theme);
  }

  #drawCells(context: CanvasRenderingContext2D, confusion: Confusion, theme: Theme): void {
    const size = this.#cell;
    for (let label = 0; label < confusion.classes.length; label++) {
      const y = NAMES + label * size;
      for (let read = 0; read < confusion.classes.length; read++) {
        const x = NAMES + read * size;
        context.globalAlpha = 0.45;
        context.fillStyle = theme.line;
        context.fillRect(x, y, size - 1, size - 1);
        const share = confusion.share({ label, read });
        if (share === 0) continue;
        // As in the figures of `inkgrad eval`: the square root makes a mistake rate of 1 % visible.
        context.globalAlpha = 0.12 + 0.88 * Math.sqrt(share);
        context.fillStyle = label === read ? theme.right : theme.wrong;
        context.fillRect(x, y, size - 1, size - 1);
      }
      const left = NAMES + confusion.classes.length * size + GAP;
      context.globalAlpha = 0.45;
      context.fillStyle = theme.line;
      context.fillRect(left, y + 2, BARS, size - 5);
      context.globalAlpha = 1;
      context.fillStyle = theme.right;
      context.fillRect(left, y + 2, BARS * confusion.share({ label, read: label }), size - 5);
    }
  }

  #drawNames(context: CanvasRenderingContext2D, { classes }: Confusion, theme: Theme): void {
    const size = this.#cell;
    context.globalAlpha = 1;
    context.textBaseline = 'middle';
    context.textAlign = 'center';
    for (const [i, name] of classes.entries()) {
      const middle = NAMES + (i + 0.5) * size - 0.5;
      for (const [own, x, y] of [
        [this.#at.label, NAMES / 2, middle],
        [this.#at.read, middle, NAMES / 2],
      ] as const) {
        const active = own === i;
        context.fillStyle = active ? theme.ink : theme.soft;
        context.font = `${active ? 700 : 400} ${Math.min(14, size)}px ${theme.font}`;
        context.fillText(name, x, y);
      }
    }
  }

  #drawMarks(context: CanvasRenderingContext2D, theme: Theme): void {
    const size = this.#cell;
    const frame = ({ label, read }: Cell, width: number): void => {
      context.lineWidth = width;
      context.strokeRect(NAMES + read * size - 0.5, NAMES + label * size - 0.5, size, size);
    };
    context.strokeStyle = theme.ink;
    frame(this.#at, 1.5);
    if (this.#opened !== null) frame(this.#opened, 2.5);
  }
}

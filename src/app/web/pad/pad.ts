// The drawing pad: strokes, eraser, undo, and images from files.

import type { Stroke } from '../../../data/strokes/raster.js';
import type { Announcer } from '../app.js';
import { element } from '../ui/dom.js';
import { Signal } from '../ui/signal.js';
import { touched } from './erase.js';
import { followHand, type HandPoint } from './hand.js';
import { History } from './history.js';
import { commandOf, follows, type Command, type Focus } from './keys.js';
import { EMPTY_SHEET, isEmpty, type PlacedPicture, type Sheet } from './sheet.js';
import { StrokeBuilder } from './strokeBuilder.js';
import { Surface } from './surface.js';
import { enable, makeCommandTools } from './toolbar.js';
import './pad.css';

export interface PadOptions {
  /** Accessible name of the pad. */
  readonly label: string;
  /** Whether the pad is wide, for a line of characters. Default false: a square for one character. */
  readonly wide?: boolean;
  /** Called at the start of drawing or erasing. */
  readonly begun?: () => void;
}

/** Line width on the screen, as a fraction of the pad's height. The network's input uses a different pen (glyph.ts). */
const PEN_WIDTH = 0.045;
/** Half of the eraser's width, as a fraction of the pad's height. */
const ERASER_REACH = 0.03;

/** The gesture in progress. */
type Doing =
  | { readonly kind: 'drawing'; readonly builder: StrokeBuilder }
  | { readonly kind: 'erasing'; at: readonly [x: number, y: number] };

export class Pad {
  /** The current contents, updated during a stroke: the last stroke grows in place until the pointer is lifted. */
  readonly sheet = new Signal<Sheet>(EMPTY_SHEET);
  /** Other modules add their buttons here. */
  readonly toolbar = element('div', { className: 'tools', role: 'toolbar' });
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly #app: Announcer;
  readonly #options: PadOptions;
  readonly #surface: Surface;
  readonly #history = new History<Sheet>(EMPTY_SHEET);
  /** Pressures of pen strokes, which affect only their appearance. */
  readonly #pressures = new WeakMap<Stroke, readonly number[]>();
  readonly #buttons: Readonly<Record<Command, HTMLButtonElement>>;
  #doing: Doing | null = null;
  #erases = false;

  /** Mounts the pad with its buttons in `host`. */
  constructor(host: HTMLElement, app: Announcer, options: PadOptions) {
    this.#app = app;
    this.#options = options;
    this.canvas = element('canvas', {
      className: 'paper',
      tabIndex: 0,
      role: 'img',
      ariaLabel: options.label,
    });
    this.#surface = new Surface(this.canvas, PEN_WIDTH, (stroke) => this.#pressures.get(stroke));
    this.#buttons = makeCommandTools((command) => this.#do(command));
    this.toolbar.ariaLabel = `${options.label}: tools`;
    this.toolbar.append(...Object.values(this.#buttons));
    this.root = element('div', { className: options.wide === true ? 'pad wide' : 'pad' });
    this.root.append(this.canvas, this.toolbar);
    host.append(this.root);
    followHand(this.canvas, {
      begin: (point, tool) => this.#begin(point, tool),
      move: (points) => this.#move(points),
      end: () => this.#end(),
      cancel: () => this.#cancel(),
    });
    document.addEventListener('keydown', (event) => this.#key(event));
    this.#show(EMPTY_SHEET);
  }

  /** Aspect ratio: width / height. */
  get aspect(): number {
    return this.#surface.aspect;
  }

  get erases(): boolean {
    return this.#erases;
  }

  /** Replaces the contents with strokes; undo restores the old contents. */
  setStrokes(strokes: readonly Stroke[]): void {
    this.#cancel();
    this.#push({ strokes, picture: null });
  }

  /** Replaces the contents with an image; the next stroke starts on an empty pad. */
  setPicture(picture: PlacedPicture): void {
    this.#cancel();
    this.#push({ strokes: [], picture });
  }

  /** Shows strokes outside the history, until the next change of any kind. */
  preview(strokes: readonly Stroke[]): void {
    if (this.#doing === null) this.#show({ strokes, picture: null });
  }

  undo(): void {
    if (this.#doing !== null) {
      this.#cancel();
      return;
    } // during a stroke, undo discards that stroke
    if (!this.#history.canUndo) return;
    this.#show(this.#history.undo());
    this.#app.say('Undone');
  }

  redo(): void {
    if (this.#doing !== null || !this.#history.canRedo) return;
    this.#show(this.#history.redo());
    this.#app.say('Done again');
  }

  clear(): void {
    this.#cancel();
    if (isEmpty(this.#history.present)) {
      this.#show(EMPTY_SHEET);
      return;
    }
    this.#push(EMPTY_SHEET);
    this.#app.say('The pad is empty');
  }

  /** Toggles between drawing and erasing. */
  erase(on: boolean): void {
    if (on === this.#erases) return;
    this.#erases = on;
    this.root.classList.toggle('erasing', on);
    this.#buttons.erase.ariaPressed = String(on);
    this.#app.say(on ? 'Eraser' : 'Pen');
  }

  #push(sheet: Sheet): void {
    this.#history.push(sheet);
    this.#show(sheet);
  }

  #show(sheet: Sheet): void {
    if (isEmpty(sheet)) this.erase(false);
    this.#surface.show({ strokes: sheet.strokes, picture: sheet.picture?.bitmap ?? null });
    enable(this.#buttons.undo, this.#history.canUndo || this.#doing !== null, this.canvas);
    enable(this.#buttons.redo, this.#history.canRedo && this.#doing === null, this.canvas);
    enable(this.#buttons.clear, !isEmpty(sheet), this.canvas);
    enable(this.#buttons.erase, sheet.strokes.length > 0, this.canvas);
    this.sheet.set(sheet);
  }

  #begin({ clientX, clientY, pressure }: HandPoint, tool: { pen: boolean; rubber: boolean }): void {
    this.#options.begun?.();
    this.root.classList.add('pointer-used');
    const at = this.#surface.place(clientX, clientY);
    if (this.#erases || tool.rubber) {
      this.#doing = { kind: 'erasing', at };
      this.#show(this.#history.present);
      this.#eraseAlong(at);
      return;
    }
    const builder = new StrokeBuilder();
    this.#doing = { kind: 'drawing', builder };
    if (tool.pen) this.#pressures.set(builder.points, builder.pressures);
    builder.add(...at, pressure);
    this.#showStroke(builder);
  }

  #move(points: readonly HandPoint[]): void {
    const doing = this.#doing;
    for (const { clientX, clientY, pressure } of points) {
      const at = this.#surface.place(clientX, clientY);
      if (doing?.kind === 'drawing') doing.builder.add(...at, pressure);
      else if (doing?.kind === 'erasing') this.#eraseAlong(at);
    }
    if (doing?.kind === 'drawing') this.#showStroke(doing.builder);
  }

  #showStroke({ points }: StrokeBuilder): void {
    this.#show({ strokes: [...this.#history.present.strokes, points], picture: null });
  }

  #eraseAlong(at: readonly [x: number, y: number]): void {
    const doing = this.#doing;
    if (doing?.kind !== 'erasing') return;
    const { strokes } = this.sheet.value;
    const gone = touched(strokes, [...doing.at, ...at], ERASER_REACH + PEN_WIDTH / 2);
    doing.at = at;
    if (gone.length > 0)
      this.#show({ strokes: strokes.filter((s) => !gone.includes(s)), picture: null });
  }

  /** Adds the result of one gesture to the history as one step. */
  #end(): void {
    const doing = this.#doing;
    if (doing === null) return;
    this.#doing = null;
    const sheet = this.sheet.value;
    const changed =
      doing.kind === 'drawing' || sheet.strokes.length < this.#history.present.strokes.length;
    if (changed) this.#push(sheet);
    else this.#show(this.#history.present);
  }

  #cancel(): void {
    if (this.#doing === null) return;
    this.#doing = null;
    this.#show(this.#history.present);
  }

  #do(command: Command): void {
    if (command === 'erase') this.erase(!this.#erases && this.sheet.value.strokes.length > 0);
    else this[command]();
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Tab') this.root.classList.remove('pointer-used');
    const command = commandOf(event);
    if (command === null || event.defaultPrevented || !follows(command, this.#focus())) return;
    event.preventDefault();
    this.#do(command);
  }

  #focus(): Focus {
    const focused = document.activeElement;
    if (this.root.contains(focused)) return 'here';
    const { bottom, top, height } = this.canvas.getBoundingClientRect();
    if (height === 0 || bottom < 0 || top > window.innerHeight) return 'taken'; // an invisible pad must not be cleared
    if (focused === null || focused === document.body) return 'nowhere';
    return focused.closest('input, textarea, select, [contenteditable], dialog, .pad')
      ? 'taken'
      : 'elsewhere';
  }
}

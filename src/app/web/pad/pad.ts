// The drawing pad: strokes, eraser, undo, and images from files.

import type { Stroke } from '../../../data/strokes/raster.js';
import type { Announcer } from '../app.js';
import { element } from '../ui/dom.js';
import { Signal } from '../ui/signal.js';
import { strokesTouched } from './erase.js';
import { listenForGestures, type GestureListener, type PointerPoint } from './gestures.js';
import { History } from './history.js';
import { KEYBOARD_PEN_HELP, listenForKeyboardPen, type PenPosition } from './keyboardPen.js';
import { commandOf, shouldExecute, type Command, type Focus } from './keys.js';
import { EMPTY_CONTENTS, isEmpty, type PadImage, type PadContents } from './padContents.js';
import { StrokeBuilder } from '../../../data/strokes/strokeBuilder.js';
import { Surface } from './surface.js';
import { setEnabled, makeCommandTools } from './toolbar.js';
import './pad.css';

export interface PadOptions {
  /** Accessible name of the pad. */
  readonly label: string;
  /** Whether the pad is wide, for a line of characters. Default false: a square for one character. */
  readonly wide?: boolean;
  /** Called before each change by the visitor: a stroke, an erasure, an image, Undo, Redo, Clear. It ends an animation. */
  readonly onEdit?: () => void;
}

/** Line width on the screen, as a fraction of the pad's height. The network's input uses a different pen (glyph.ts). */
const PEN_WIDTH = 0.045;
/** Half of the eraser's width, as a fraction of the pad's height. */
const ERASER_REACH = 0.03;

/** The gesture in progress. */
type Gesture =
  | { readonly kind: 'drawing'; readonly builder: StrokeBuilder }
  | { readonly kind: 'erasing'; position: readonly [x: number, y: number] };

export class Pad {
  /** The current contents, updated during a stroke: the last stroke grows in place until the pointer is lifted. */
  readonly contents = new Signal<PadContents>(EMPTY_CONTENTS);
  /** Other modules add their buttons here. */
  readonly toolbar = element('div', { className: 'tools', role: 'toolbar' });
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Where the keyboard draws. */
  readonly #keyboardPen = element('div', { className: 'keyboard-pen', hidden: true });
  readonly #app: Announcer;
  readonly #options: PadOptions;
  readonly #surface: Surface;
  readonly #history = new History<PadContents>(EMPTY_CONTENTS);
  /** Pressures of pen strokes, which affect only their appearance. */
  readonly #pressures = new WeakMap<Stroke, readonly number[]>();
  readonly #buttons: Readonly<Record<Command, HTMLButtonElement>>;
  #gesture: Gesture | null = null;
  #isErasing = false;

  /** Mounts the pad with its buttons in `host`. */
  constructor(host: HTMLElement, app: Announcer, options: PadOptions) {
    this.#app = app;
    this.#options = options;
    this.canvas = element('canvas', {
      className: 'paper',
      tabIndex: 0,
      role: 'application', // so that screen readers pass on the arrow keys
      ariaLabel: options.label,
      ariaDescription: KEYBOARD_PEN_HELP,
    });
    this.#surface = new Surface(this.canvas, PEN_WIDTH, (stroke) => this.#pressures.get(stroke));
    this.#buttons = makeCommandTools((command) => this.#execute(command));
    this.toolbar.ariaLabel = `${options.label}: tools`;
    this.toolbar.append(...Object.values(this.#buttons));
    this.root = element('div', { className: options.wide === true ? 'pad wide' : 'pad' });
    this.root.append(this.canvas, this.#keyboardPen, this.toolbar);
    host.append(this.root);
    const listener: GestureListener = {
      begin: (point, tool) => this.#begin(point, tool),
      move: (points) => this.#move(points),
      end: () => this.#end(),
      cancel: () => this.#cancel(),
    };
    this.canvas.addEventListener('pointerdown', () => this.root.classList.add('pointer-used'));
    listenForKeyboardPen(this.canvas, {
      listener,
      isDrawing: () => this.#gesture !== null,
      show: (position, isDown) => this.#showKeyboardPen(position, isDown),
      announce: (text) => app.announce(text),
    });
    listenForGestures(this.canvas, listener);
    document.addEventListener('keydown', (event) => this.#onKey(event));
    this.#show(EMPTY_CONTENTS);
  }

  /** Aspect ratio: width / height. */
  get aspect(): number {
    return this.#surface.aspect;
  }

  get isErasing(): boolean {
    return this.#isErasing;
  }

  /** Replaces the contents with strokes; undo restores the old contents. */
  setStrokes(strokes: readonly Stroke[]): void {
    this.#cancel();
    this.#push({ strokes, image: null });
  }

  /** Replaces the contents with an image; the next stroke starts on an empty pad. */
  setImage(image: PadImage): void {
    this.#options.onEdit?.();
    this.#cancel();
    this.#push({ strokes: [], image });
  }

  /** Shows strokes outside the history, until the next change of any kind. */
  preview(strokes: readonly Stroke[]): void {
    if (this.#gesture === null) this.#show({ strokes, image: null });
  }

  undo(): void {
    if (this.#gesture !== null) {
      this.#cancel();
      return;
    } // during a stroke, undo discards that stroke
    if (!this.#history.canUndo) return;
    this.#options.onEdit?.();
    this.#show(this.#history.undo());
    this.#app.announce('Undone');
  }

  redo(): void {
    if (this.#gesture !== null || !this.#history.canRedo) return;
    this.#options.onEdit?.();
    this.#show(this.#history.redo());
    this.#app.announce('Redone');
  }

  clear(): void {
    this.#options.onEdit?.();
    this.#cancel();
    if (isEmpty(this.#history.present)) {
      this.#show(EMPTY_CONTENTS);
      return;
    }
    this.#push(EMPTY_CONTENTS);
    this.#app.announce('The pad is empty');
  }

  /** Toggles between drawing and erasing. */
  setErasing(erasing: boolean): void {
    if (erasing === this.#isErasing) return;
    this.#isErasing = erasing;
    this.root.classList.toggle('erasing', erasing);
    this.#buttons.erase.ariaPressed = String(erasing);
    this.#app.announce(erasing ? 'Eraser' : 'Pen');
  }

  #push(contents: PadContents): void {
    this.#history.push(contents);
    this.#show(contents);
  }

  #show(contents: PadContents): void {
    if (isEmpty(contents)) this.setErasing(false);
    this.#surface.show({ strokes: contents.strokes, image: contents.image?.bitmap ?? null });
    setEnabled(this.#buttons.undo, this.#history.canUndo || this.#gesture !== null, this.canvas);
    setEnabled(this.#buttons.redo, this.#history.canRedo && this.#gesture === null, this.canvas);
    setEnabled(this.#buttons.clear, !isEmpty(contents), this.canvas);
    setEnabled(this.#buttons.erase, contents.strokes.length > 0, this.canvas);
    this.contents.set(contents);
  }

  #begin(
    { clientX, clientY, pressure }: PointerPoint,
    tool: { pen: boolean; eraser: boolean },
  ): void {
    this.#options.onEdit?.();
    const position = this.#surface.toPadPosition(clientX, clientY);
    if (this.#isErasing || tool.eraser) {
      this.#gesture = { kind: 'erasing', position };
      this.#show(this.#history.present);
      this.#eraseAlong(position);
      return;
    }
    const builder = new StrokeBuilder();
    this.#gesture = { kind: 'drawing', builder };
    if (tool.pen) this.#pressures.set(builder.points, builder.pressures);
    builder.add(...position, pressure);
    this.#showStroke(builder);
  }

  #move(points: readonly PointerPoint[]): void {
    const gesture = this.#gesture;
    for (const { clientX, clientY, pressure } of points) {
      const position = this.#surface.toPadPosition(clientX, clientY);
      if (gesture?.kind === 'drawing') gesture.builder.add(...position, pressure);
      else if (gesture?.kind === 'erasing') this.#eraseAlong(position);
    }
    if (gesture?.kind === 'drawing') this.#showStroke(gesture.builder);
  }

  #showKeyboardPen(position: PenPosition | null, isDown: boolean): void {
    const pen = this.#keyboardPen;
    pen.hidden = position === null;
    if (position === null) return;
    this.root.classList.remove('pointer-used');
    const { clientHeight } = this.canvas;
    pen.style.translate = `${position[0] * clientHeight}px ${position[1] * clientHeight}px`;
    pen.classList.toggle('down', isDown);
  }

  #showStroke({ points }: StrokeBuilder): void {
    this.#show({ strokes: [...this.#history.present.strokes, points], image: null });
  }

  #eraseAlong(position: readonly [x: number, y: number]): void {
    const gesture = this.#gesture;
    if (gesture?.kind !== 'erasing') return;
    const { strokes } = this.contents.value;
    const erased = strokesTouched(
      strokes,
      [...gesture.position, ...position],
      ERASER_REACH + PEN_WIDTH / 2,
    );
    gesture.position = position;
    if (erased.length > 0)
      this.#show({ strokes: strokes.filter((s) => !erased.includes(s)), image: null });
  }

  /** Adds the result of one gesture to the history as one step. */
  #end(): void {
    const gesture = this.#gesture;
    if (gesture === null) return;
    this.#gesture = null;
    const contents = this.contents.value;
    const changed =
      gesture.kind === 'drawing' || contents.strokes.length < this.#history.present.strokes.length;
    if (changed) this.#push(contents);
    else this.#show(this.#history.present);
  }

  #cancel(): void {
    if (this.#gesture === null) return;
    this.#gesture = null;
    this.#show(this.#history.present);
  }

  #execute(command: Command): void {
    if (command === 'erase')
      this.setErasing(!this.#isErasing && this.contents.value.strokes.length > 0);
    else this[command]();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Tab') this.root.classList.remove('pointer-used');
    const command = commandOf(event);
    if (command === null || event.defaultPrevented || !shouldExecute(command, this.#focus()))
      return;
    event.preventDefault();
    this.#execute(command);
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

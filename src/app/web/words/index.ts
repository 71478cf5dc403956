// The Words panel: a wide pad whose strokes are grouped into characters and predicted live.

import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import { Pad } from '../pad/pad.js';
import { readLine } from './line.js';
import { LineReader } from './lineReader.js';
import { type Edit, joinOf, segment, splitOf } from './segment.js';
import { drawBoxes, drawCharacters, type Shown } from './view.js';
import './words.css';

/** Mounts the panel in `host`. */
export function mount(host: HTMLElement, app: App): Panel {
  const words = new Words(host, app);
  return { show: () => words.show(), hide: () => words.hide() };
}

class Words {
  readonly #app: App;
  readonly #pad: Pad;
  readonly #boxes = element('div', { className: 'boxes', ariaHidden: 'true' });
  readonly #text = element('output', { className: 'line' });
  readonly #copy = element('button', { type: 'button', disabled: true }, 'Copy the text');
  readonly #list = element('ol', { className: 'characters' });
  readonly #reader = new LineReader();
  #edits: readonly Edit[] = [];
  #shown: readonly Shown[] = [];
  #visible = false;
  #busy = false;
  #stale = false;

  constructor(host: HTMLElement, app: App) {
    this.#app = app;
    const sheet = element('div', { className: 'pad-frame' });
    this.#pad = new Pad(sheet, app, { label: 'Pad for a line', wide: true });
    sheet.append(this.#boxes);
    this.#text.ariaLabel = 'The line as text';
    const how =
      'Write a word or a line in separate letters. Strokes that overlap become one character.';
    host.classList.add('words');
    host.append(
      element('p', { className: 'soft' }, how),
      sheet,
      element('div', { className: 'result' }, this.#text, this.#copy),
      this.#list,
      element('p', { className: 'soft small' }, LIMITS),
    );
    this.#copy.addEventListener('click', () => void this.#copyText());
    this.#pad.sheet.subscribe(() => this.#changed());
    app.reader.subscribe(() => this.#changed());
    new ResizeObserver(() => {
      this.#boxes.style.height = `${this.#pad.canvas.offsetHeight}px`;
      drawBoxes(this.#boxes, this.#shown, this.#pad.aspect);
    }).observe(this.#pad.canvas);
  }

  show(): void {
    this.#visible = true;
    this.#changed();
  }

  hide(): void {
    this.#visible = false;
  }

  /** Predicts one version of the line at a time; later changes trigger another run. */
  #changed(): void {
    this.#stale = true;
    if (!this.#busy && this.#visible) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#stale && this.#visible) {
      this.#stale = false;
      try {
        await this.#read();
      } catch (error) {
        this.#app.fail(error);
      }
    }
    this.#busy = false;
  }

  async #read(): Promise<void> {
    const { strokes } = this.#pad.sheet.value;
    const reader = this.#app.reader.value;
    if (strokes.length === 0) this.#edits = [];
    if (strokes.length === 0 || reader === null) {
      this.#draw([]);
      return;
    }
    const groups = segment(strokes, this.#edits);
    const readings = await this.#reader.read(groups, reader);
    const { characters } = readLine(
      groups.map(({ box, spaceBefore }, i) => ({
        ranked: readings[i].ranked,
        height: box.bottom - box.top,
        spaceBefore,
      })),
    );
    this.#draw(
      groups.map((group, i) => ({ group, character: characters[i], ranked: readings[i].ranked })),
    );
  }

  #draw(shown: readonly Shown[]): void {
    this.#shown = shown;
    const text = shown
      .map(({ group, character }, i) => (group.spaceBefore && i > 0 ? ' ' : '') + character.text)
      .join('');
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#copy.disabled = text === '';
    drawBoxes(this.#boxes, shown, this.#pad.aspect);
    drawCharacters(this.#list, shown, {
      split: (at) => this.#edit(splitOf(shown[at].group)),
      join: (at) => this.#edit(joinOf(shown[at].group, shown[at + 1].group)),
    });
  }

  #edit(edit: Edit | null): void {
    if (edit === null) return;
    this.#edits = [...this.#edits, edit];
    this.#changed();
  }

  async #copyText(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#text.textContent);
      this.#app.say('The text is copied');
    } catch {
      // The clipboard is unavailable without https or permission: select the text for copying by keyboard.
      getSelection()?.selectAllChildren(this.#text);
      this.#app.say('The text is marked: copy it with your keyboard');
    }
  }
}

const LIMITS =
  'Every character is read by itself; only look-alikes are settled by their word, a 0 among letters is an O. The network has' +
  ' one class for both cases of c, i, j, k, l, m, o, p, s and u to z: their size and their neighbours tell which is meant.';

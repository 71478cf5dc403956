// The Words panel: a wide pad whose strokes are grouped into characters and predicted live.

import type { Stroke } from '../../../data/strokes/raster.js';
import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import { Pad } from '../pad/pad.js';
import { makeTypeForm, type TypeForm } from './typeForm.js';
import { resolveLine } from '../../words/line.js';
import { isUnchanged, LinePredictor, type StrokesVersion, versionOf } from './linePredictor.js';
import { type Edit, joinEdit, segment, splitEdit } from '../../words/segment.js';
import { drawBoxes, drawCharacters, type LineEntry } from './view.js';
import './words.css';

/** Mounts the panel in `host`. */
export function mount(host: HTMLElement, app: App): Panel {
  const panel = new WordsPanel(host, app);
  return { show: () => panel.show(), hide: () => panel.hide() };
}

/** A character that the visitor has chosen for a group, as long as its strokes are unchanged. */
interface Choice extends StrokesVersion {
  readonly text: string;
}

class WordsPanel {
  readonly #app: App;
  readonly #pad: Pad;
  readonly #boxes = element('div', { className: 'boxes', ariaHidden: 'true' });
  readonly #text = element('output', { className: 'line' });
  readonly #copy = element('button', { type: 'button', disabled: true }, 'Copy the text');
  readonly #list = element('ol', { className: 'characters' });
  readonly #linePredictor = new LinePredictor();
  #edits: readonly Edit[] = [];
  #choices: readonly Choice[] = [];
  #characters: readonly LineEntry[] = [];
  readonly #typeForm: TypeForm;
  #wasShown = false;
  #visible = false;
  #busy = false;
  #stale = false;

  constructor(host: HTMLElement, app: App) {
    this.#app = app;
    const frame = element('div', { className: 'pad-frame' });
    const example = element('p', { className: 'example', hidden: true }, 'Example: write over it');
    this.#typeForm = makeTypeForm(
      app,
      () => this.#pad,
      (isShown) => {
        example.hidden = !isShown;
      },
    );
    this.#pad = new Pad(frame, app, {
      label: 'Pad for a line',
      wide: true,
      onEdit: () => this.#typeForm.stop(),
    });
    frame.append(this.#boxes, example);
    this.#text.ariaLabel = 'The line as text';
    const instructions =
      'Write a word or a line in separate letters. Strokes that overlap become one character.';
    host.classList.add('words');
    host.append(
      element('p', { className: 'soft' }, instructions),
      frame,
      this.#typeForm.element,
      element('div', { className: 'result' }, this.#text, this.#copy),
      this.#list,
      element('p', { className: 'soft small' }, LIMITATIONS),
    );
    this.#copy.addEventListener('click', () => void this.#copyText());
    this.#pad.contents.subscribe(() => this.#onChange());
    app.predictor.subscribe(() => this.#onChange());
    new ResizeObserver(() => {
      const { offsetHeight } = this.#pad.canvas;
      this.#boxes.style.height = `${offsetHeight}px`;
      example.style.top = `${offsetHeight}px`;
      drawBoxes(this.#boxes, this.#characters, this.#pad.aspect);
    }).observe(this.#pad.canvas);
  }

  show(): void {
    this.#visible = true;
    this.#onChange();
    if (!this.#wasShown) this.#typeForm.demonstrate(EXAMPLE);
    this.#wasShown = true;
  }

  hide(): void {
    this.#visible = false;
  }

  /** Predicts one version of the line at a time; later changes trigger another run. */
  #onChange(): void {
    this.#stale = true;
    if (!this.#busy && this.#visible) void this.#processChanges();
  }

  async #processChanges(): Promise<void> {
    this.#busy = true;
    while (this.#stale && this.#visible) {
      this.#stale = false;
      try {
        await this.#predictLine();
      } catch (error) {
        this.#app.showError(error);
      }
    }
    this.#busy = false;
  }

  async #predictLine(): Promise<void> {
    const { strokes } = this.#pad.contents.value;
    const predictor = this.#app.predictor.value;
    if (strokes.length === 0) [this.#edits, this.#choices] = [[], []];
    if (strokes.length === 0 || predictor === null) {
      this.#draw([]);
      return;
    }
    const groups = segment(strokes, this.#edits);
    const predictions = await this.#linePredictor.predict(groups, predictor);
    const chosen = groups.map(
      ({ parts }) => this.#choices.find((choice) => isUnchanged(choice, parts))?.text,
    );
    const { characters } = resolveLine(
      groups.map(({ box, spaceBefore }, i) => ({
        ranked: predictions[i].ranked,
        rejected: predictions[i].verdict.kind === 'rejected',
        width: box.right - box.left,
        height: box.bottom - box.top,
        spaceBefore,
        chosen: chosen[i],
      })),
    );
    this.#draw(
      groups.map((group, i) => ({
        group,
        character: characters[i],
        isChosen: chosen[i] !== undefined,
      })),
    );
  }

  #draw(entries: readonly LineEntry[]): void {
    this.#characters = entries;
    const text = entries
      .map(({ group, character }, i) => (group.spaceBefore && i > 0 ? ' ' : '') + character.text)
      .join('');
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#copy.disabled = text === '';
    drawBoxes(this.#boxes, entries, this.#pad.aspect);
    drawCharacters(this.#list, entries, {
      split: (index) => this.#edit(splitEdit(entries[index].group)),
      choose: (index, choice) => this.#choose(entries[index].group.parts, choice),
      join: (index) => this.#edit(joinEdit(entries[index].group, entries[index + 1].group)),
    });
  }

  #edit(edit: Edit | null): void {
    if (edit === null) return;
    this.#edits = [...this.#edits, edit];
    this.#onChange();
  }

  /** Fixes the character of a group, as long as its strokes are unchanged; null restores the predicted one. */
  #choose(parts: readonly Stroke[], text: string | null): void {
    const others = this.#choices.filter((choice) => !isUnchanged(choice, parts));
    this.#choices = text === null ? others : [...others, { ...versionOf(parts), text }];
    this.#onChange();
  }

  async #copyText(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#text.textContent);
      this.#app.announce('The text is copied');
    } catch {
      // The clipboard is unavailable without https or permission: select the text for copying by keyboard.
      getSelection()?.selectAllChildren(this.#text);
      this.#app.announce('Text selected. Press Ctrl+C (Cmd+C on a Mac)');
    }
  }
}

/** Written on a first visit. */
const EXAMPLE = 'Hello';

const LIMITATIONS =
  'Each letter is read alone. The word only settles look-alikes (0 or O). Where upper and lower case look the same, size and' +
  ' neighbors decide. To correct a character, click it and choose an alternative.';

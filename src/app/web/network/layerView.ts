// All active units of one layer, strongest first. Units that are zero for this drawing are omitted.

import { element, setText } from '../ui/dom.js';
import type { Choice } from '../figures/picker.js';
import { structureOf, type Selection, type Snapshot, type View } from './snapshot.js';
import { UnitGrid } from './unitGrid.js';

export class LayerView implements View {
  readonly root: HTMLElement;
  readonly #selection: Choice<Selection>;
  readonly #tabs = element('div', { className: 'layer-names', role: 'group' });
  readonly #count = element('p', { className: 'caption', role: 'status' });
  readonly #gridHost = element('div');
  readonly #boost = element('input', { type: 'checkbox' });
  readonly #boostLabel: HTMLElement;
  #grid: UnitGrid | null = null;
  #open = 1;
  #structure = '';
  #snapshot: Snapshot | null = null;

  constructor(selection: Choice<Selection>) {
    this.#selection = selection;
    this.#tabs.ariaLabel = 'Layer';
    this.#boostLabel = element(
      'label',
      { className: 'switch' },
      this.#boost,
      ' Boost contrast per tile (tiles are then not comparable)',
    );
    this.#boost.addEventListener('change', () => this.#showGrid());
    this.root = element(
      'section',
      { className: 'layer-view', ariaLabel: 'All units of a layer' },
      element('h3', {}, 'All units of a layer'),
      this.#tabs,
      this.#count,
      this.#gridHost,
      this.#boostLabel,
    );
  }

  /** Shows another layer. The input has no list. */
  open(layer: number): void {
    this.#open = Math.max(1, layer);
    if (this.#snapshot !== null) this.show(this.#snapshot);
    this.root.scrollIntoView({ block: 'nearest' });
  }

  show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#open = Math.min(this.#open, snapshot.layers.length - 1);
    this.#build(snapshot);
    this.#showGrid();
  }

  showSelection(): void {
    this.#grid?.showSelection(this.#selection.value);
  }

  #showGrid(): void {
    if (this.#snapshot === null || this.#grid === null) return;
    const active = this.#grid.show(this.#snapshot, this.#boost.checked);
    const { channels, kind } = this.#snapshot.layers[this.#open];
    const unit = { input: '', maps: 'filters', units: 'units', classes: 'classes' }[kind];
    setText(
      this.#count,
      kind === 'classes'
        ? `${channels} classes, the highest score first.`
        : `${active} of ${channels} ${unit} are active for this drawing, the strongest first.` +
            (kind === 'maps'
              ? ' Each tile shows where one filter finds its pattern; darker is stronger.'
              : ' Each is a weighted sum of the last block, or zero if negative.'),
    );
    this.#boostLabel.hidden = kind !== 'maps';
    this.showSelection();
  }

  /** Creates the elements for another layer or network. */
  #build(snapshot: Snapshot): void {
    const { layers } = snapshot;
    const structure = `${this.#open} ${structureOf(snapshot)}`;
    if (structure === this.#structure) return;
    this.#structure = structure;
    this.#grid = new UnitGrid(this.#open, layers[this.#open], this.#selection);
    this.#gridHost.replaceChildren(this.#grid.root);
    const buttons = layers.slice(1).map(({ name }, index) => {
      const button = element('button', { type: 'button', className: 'layer-choice' }, name);
      button.ariaPressed = String(index + 1 === this.#open);
      button.addEventListener('click', () => {
        this.open(index + 1);
        (this.#tabs.children[index] as HTMLElement).focus();
      });
      return button;
    });
    this.#tabs.replaceChildren(...buttons);
  }
}

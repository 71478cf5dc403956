// The feature maps of the three blocks, and next to them the details of the selected filter.

import { element } from '../ui/dom.js';
import { FilterView } from './filterView.js';
import { MapGrid } from './mapGrid.js';
import type { Choice } from '../figures/picker.js';
import { BLOCKS, type FilterChoice, type Snapshot, type View } from './snapshot.js';

export class BlocksView implements View {
  readonly root: HTMLElement;
  readonly #grids: readonly MapGrid[];
  readonly #filterView = new FilterView();
  readonly #selection: Choice<FilterChoice>;

  constructor(selection: Choice<FilterChoice>) {
    this.#selection = selection;
    this.#grids = BLOCKS.map((_, block) => new MapGrid(block, selection));
    this.root = element(
      'section',
      { className: 'filters' },
      element('h3', {}, 'What its filters find'),
      element(
        'p',
        { className: 'how' },
        'How to read this: every small picture is a map of your drawing, made by one filter that looks everywhere for one thing. The ',
        'stronger the color, the better it fits there. Block 1 finds edges, block 2 corners and bends made of edges, block 3 ',
        'large parts of characters; each keeps half the detail of the one before.',
      ),
      this.#scaleSwitch(),
      element(
        'div',
        { className: 'blocks-and-filter' },
        element('div', { className: 'blocks' }, ...this.#grids.map(({ root }) => root)),
        this.#filterView.root,
      ),
    );
  }

  #scaleSwitch(): HTMLElement {
    const box = element('input', { type: 'checkbox' });
    box.addEventListener('change', () => {
      for (const grid of this.#grids) grid.scaleSeparately = box.checked;
    });
    return element(
      'label',
      { className: 'switch' },
      box,
      ' Stretch every map to the full scale: shows faint ones, but maps can no longer be compared',
    );
  }

  show(snapshot: Snapshot | null): void {
    for (const grid of this.#grids) grid.show(snapshot);
    this.showFilter(snapshot);
  }

  /** Shows the filter that is selected now. */
  showFilter(snapshot: Snapshot | null): void {
    for (const grid of this.#grids) grid.setSelected(this.#selection.selected);
    this.#filterView.show(snapshot, this.#selection.value);
  }
}

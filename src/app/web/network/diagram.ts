// The connected diagram of the network: for each layer its strongest units, and lines for the strongest contributions.
// A unit is previewed by pointing or focus and selected by a click; the name of a layer opens the list of all its units.

import { element } from '../ui/dom.js';
import type { Choice } from '../figures/picker.js';
import { DiagramLayer } from './diagramLayer.js';
import { DiagramLines } from './diagramLines.js';
import { linksOf } from './links.js';
import { structureOf, type Selection, type Snapshot, type View } from './snapshot.js';
import './diagram.css';

/** In a narrower diagram the layers are stacked. In units of the root's font size. */
const MIN_WIDE = 40;

export class Diagram implements View {
  readonly root = element('div', { className: 'diagram' });
  readonly #lines: DiagramLines;
  readonly #selection: Choice<Selection>;
  readonly #openLayer: (layer: number) => void;
  #layers: readonly DiagramLayer[] = [];
  #structure = '';
  #snapshot: Snapshot | null = null;

  /** @param openLayer called when the name of a layer is chosen */
  constructor(selection: Choice<Selection>, openLayer: (layer: number) => void) {
    this.#selection = selection;
    this.#openLayer = openLayer;
    this.#lines = new DiagramLines(this.root);
    this.root.ariaLabel = 'Diagram of the network';
    this.root.role = 'group';
    new ResizeObserver(([{ contentRect }]) => {
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      this.root.classList.toggle('stacked', contentRect.width < MIN_WIDE * rem);
      this.#drawLines();
    }).observe(this.root);
  }

  show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#build(snapshot);
    for (const layer of this.#layers) layer.show(snapshot);
    this.#drawLines();
  }

  /** Marks the selected unit and the region that it depends on. */
  showSelection(): void {
    if (this.#snapshot === null) return;
    for (const layer of this.#layers) layer.showSelection(this.#snapshot, this.#selection.value);
    this.#lines.highlight(this.#selection.value);
  }

  /** Creates the layers of another network. */
  #build(snapshot: Snapshot): void {
    const structure = structureOf(snapshot);
    if (structure === this.#structure) return;
    this.#structure = structure;
    this.#layers = snapshot.layers.map(
      (layer, index) => new DiagramLayer(index, layer, this.#selection, this.#openLayer),
    );
    this.root.replaceChildren(this.#lines.root, ...this.#layers.map(({ root }) => root));
  }

  #drawLines(): void {
    if (this.#snapshot === null) return;
    const shown = this.#layers.map((layer) => layer.shownUnits);
    this.#lines.show(linksOf(this.#snapshot, shown), (layer, unit) =>
      this.#layers[layer].elementOf(unit),
    );
    this.showSelection();
  }
}

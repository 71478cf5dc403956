// The lines of the diagram, as SVG below the units. Orange raises a value, blue (dashed) lowers it; width is the strength.

import type { Link } from './links.js';
import type { Selection } from './snapshot.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Width of the strongest line, in pixels. */
const MAX_WIDTH = 3.5;

export class DiagramLines {
  readonly root = document.createElementNS(SVG, 'svg');
  readonly #host: HTMLElement;
  #links: readonly Link[] = [];

  /** @param host the element that contains the units and the lines */
  constructor(host: HTMLElement) {
    this.#host = host;
    this.root.setAttribute('class', 'links');
    this.root.setAttribute('aria-hidden', 'true');
  }

  /** @param elementOf the element of a unit of a layer */
  show(links: readonly Link[], elementOf: (layer: number, unit: number) => HTMLElement): void {
    this.#links = links;
    const origin = this.#host.getBoundingClientRect();
    const stacked = this.#host.classList.contains('stacked');
    const boxes = new Map<HTMLElement, DOMRect>();
    const boxOf = (layer: number, unit: number): DOMRect => {
      const node = elementOf(layer, unit);
      const box = boxes.get(node) ?? node.getBoundingClientRect();
      boxes.set(node, box);
      return box;
    };
    const paths = links.map(({ layer, source, target, strength }, index) => {
      const path = this.root.children.item(index) ?? document.createElementNS(SVG, 'path');
      const [from, to] = [boxOf(layer - 1, source), boxOf(layer, target)];
      path.setAttribute('d', stacked ? downward(from, to, origin) : rightward(from, to, origin));
      path.setAttribute('class', strength > 0 ? 'positive' : 'negative');
      path.setAttribute('stroke-width', String(MAX_WIDTH * Math.abs(strength)));
      return path;
    });
    this.root.replaceChildren(...paths);
  }

  /** Emphasizes the lines to and from the selected unit. */
  highlight(selection: Selection | null): void {
    this.root.classList.toggle('selected', selection !== null);
    this.#links.forEach(({ layer, source, target }, index) => {
      const isTarget = layer === selection?.layer && target === selection.unit;
      const isSource = layer - 1 === selection?.layer && source === selection.unit;
      this.root.children[index].classList.toggle('emphasized', isTarget || isSource);
    });
  }
}

function rightward(from: DOMRect, to: DOMRect, origin: DOMRect): string {
  const [x1, y1] = [from.right - origin.left, from.top + from.height / 2 - origin.top];
  const [x2, y2] = [to.left - origin.left, to.top + to.height / 2 - origin.top];
  const middle = (x1 + x2) / 2;
  return `M${x1},${y1}C${middle},${y1} ${middle},${y2} ${x2},${y2}`;
}

function downward(from: DOMRect, to: DOMRect, origin: DOMRect): string {
  const [x1, y1] = [from.left + from.width / 2 - origin.left, from.bottom - origin.top];
  const [x2, y2] = [to.left + to.width / 2 - origin.left, to.top - origin.top];
  const middle = (y1 + y2) / 2;
  return `M${x1},${y1}C${x1},${middle} ${x2},${middle} ${x2},${y2}`;
}

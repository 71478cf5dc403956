// What a cell has printed and shown. It starts with the results in the page's text.

import type { Figure } from '../../course/figure.js';
import type { CellError } from '../../course/session.js';
import { element } from '../ui/dom.js';
import type { CellOutput } from './cellRunner.js';

export class Results implements CellOutput {
  readonly #container: HTMLElement;
  readonly #original: readonly Node[];
  #printed: HTMLElement | null = null;

  /** @param container the element with the original results */
  constructor(container: HTMLElement) {
    this.#container = container;
    this.#original = [...container.childNodes];
  }

  /** Before a run. */
  clear(): void {
    this.#container.replaceChildren();
    this.#printed = null;
  }

  /** The results in the page's text. */
  restore(): void {
    this.#container.replaceChildren(...this.#original);
    this.#printed = null;
  }

  print(text: string): void {
    if (this.#printed === null) {
      this.#printed = element('pre', { className: 'printed', tabIndex: 0 });
      this.#container.append(this.#printed);
    }
    this.#printed.append(`${this.#printed.textContent === '' ? '' : '\n'}${text}`);
  }

  show({ label, svg, chart }: Figure): void {
    this.#printed = null; // later text follows the figure
    if (chart === null) {
      const src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
      this.#container.append(element('img', { className: 'figure', src, alt: label }));
      return;
    }
    const host = element('div');
    this.#container.append(host);
    void import('./lineChart.js').then(({ makeLineChart }) => host.append(makeLineChart(chart)));
  }

  fail({ message, line }: CellError): void {
    const place = line === null ? '' : `Line ${line}: `;
    this.#container.append(
      element('p', { className: 'cell-error', role: 'alert' }, `${place}${message}`),
    );
  }
}

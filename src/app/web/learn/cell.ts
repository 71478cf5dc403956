// One cell of the page: an editor, buttons, and the results.

import { element } from '../ui/dom.js';
import type { Outcome } from './cellRunner.js';
import type { Editor } from './editor.js';
import { Results } from './results.js';

/** What the buttons of a cell do. */
export interface CellActions {
  run(cell: Cell): void;
  stop(): void;
  share(cell: Cell): void;
  /** The reader has changed the code or restored it. */
  edited(cell: Cell): void;
}

const ORDINARY = 'run';
type State = 'idle' | 'waiting' | 'running';

export class Cell {
  readonly chapter: number;
  readonly number: number;
  readonly isDefinition: boolean;
  readonly isSolution: boolean;
  readonly element: HTMLElement;
  readonly originalCode: string;
  readonly results: Results;
  readonly #actions: CellActions;
  readonly #static: HTMLElement;
  readonly #run = element('button', { type: 'button' });
  readonly #reset = element('button', { type: 'button', className: 'plain' }, 'Reset');
  readonly #status = element('span', { className: 'cell-status soft', role: 'status' });
  #editor: Promise<Editor> | null = null;
  #code: string;
  #state: State = 'idle';

  /** @param section the cell in the page's text */
  constructor(section: HTMLElement, chapter: number, actions: CellActions) {
    this.element = section;
    this.chapter = chapter;
    this.#actions = actions;
    const { cell = '', kind = ORDINARY } = section.dataset;
    this.number = Number(cell);
    this.isDefinition = kind === 'define';
    this.isSolution = kind === 'solution';
    this.#static = section.querySelector<HTMLElement>('.code')!;
    this.originalCode = this.#static.textContent;
    this.#code = this.originalCode;
    this.results = new Results(section.querySelector<HTMLElement>('.cell-results')!);
    this.#addButtons();
  }

  /** Of the cell in error messages. */
  get name(): string {
    return `cell-${this.chapter}-${this.number}`;
  }

  get code(): string {
    return this.#code;
  }

  #addButtons(): void {
    const share = element('button', { type: 'button', className: 'plain' }, 'Copy link');
    for (const [button, action] of [
      [this.#run, 'Run'],
      [this.#reset, 'Reset'],
      [share, 'Copy link to'],
    ] as const) {
      button.ariaLabel = `${action} cell ${this.number} of chapter ${this.chapter}`;
    }
    this.#run.addEventListener('click', () => {
      if (this.#state === 'idle') this.#actions.run(this);
      else this.#actions.stop();
    });
    this.#reset.addEventListener('click', () => void this.reset());
    share.addEventListener('click', () => this.#actions.share(this));
    this.#reset.disabled = true;
    this.#static.after(
      element('div', { className: 'cell-bar' }, this.#run, this.#reset, share, this.#status),
    );
    this.setState('idle');
  }

  setState(state: State): void {
    this.#state = state;
    const isIdle = state === 'idle';
    this.#run.textContent = isIdle ? 'Run' : 'Stop';
    this.#run.ariaLabel = `${isIdle ? 'Run' : 'Stop'} cell ${this.number} of chapter ${this.chapter}`;
    this.element.classList.toggle('is-running', state === 'running');
    if (state === 'running') this.setStatus('Running …');
    if (state === 'waiting') this.setStatus('Waiting for earlier cells …');
  }

  setStatus(text: string): void {
    this.#status.textContent = text;
  }

  /** Replaces the static code by an editor, once. */
  openEditor(): Promise<Editor> {
    this.#editor ??= this.#makeEditor();
    return this.#editor;
  }

  async #makeEditor(): Promise<Editor> {
    const { Editor } = await import('./editor.js');
    const editor = new Editor({
      code: this.#code,
      label: `Code of cell ${this.number} of chapter ${this.chapter}`,
      onRun: () => this.#actions.run(this),
      onChange: (code) => this.#changed(code),
    });
    this.#static.replaceWith(editor.element);
    return editor;
  }

  #changed(code: string): void {
    this.#code = code;
    this.#reset.disabled = code === this.originalCode;
    this.#actions.edited(this);
  }

  /** Replaces the code, for example by that of a link. */
  async setCode(code: string): Promise<void> {
    const editor = await this.openEditor();
    if (editor.code !== code) editor.code = code;
  }

  /** Restores the code and the results of the page's text. */
  async reset(): Promise<void> {
    await this.setCode(this.originalCode);
    this.results.restore();
    this.setStatus('');
  }

  /** Shows how a run ended. */
  async finish(outcome: Outcome): Promise<void> {
    this.setState('idle');
    if (outcome.kind === 'done') {
      this.setStatus(`Done in ${(outcome.duration / 1000).toFixed(1)} s`);
    } else this.setStatus(outcome.kind === 'failed' ? 'Error' : 'Stopped');
    if (outcome.kind !== 'failed') return;
    this.results.fail(outcome.error);
    (await this.openEditor()).markError(outcome.error.line);
  }
}

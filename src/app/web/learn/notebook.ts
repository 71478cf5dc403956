// Runs cells of the page in the order of a chapter, so that each run is what a run from the start of
// the chapter would give.

import type { Cell } from './cell.js';
import type { CellRunner, Outcome } from './cellRunner.js';

export class Notebook {
  readonly #runner: CellRunner;
  /** Chapter whose names the worker has; null before the first run. */
  #chapter: number | null = null;
  /** The code that each cell of the chapter ran with. */
  readonly #ran = new Map<Cell, string>();
  #isRunning = false;
  #isStopping = false;

  constructor(runner: CellRunner) {
    this.#runner = runner;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Ends the running cell and forgets all names. */
  stop(): void {
    this.#isStopping = this.#isRunning;
    this.#forget();
  }

  #mustStop(): boolean {
    return this.#isStopping;
  }

  #forget(): void {
    this.#ran.clear();
    this.#chapter = null;
    this.#runner.reset();
  }

  /**
   * Runs a cell, after all earlier cells of its chapter that have not run with their present code.
   *
   * @param cells of the chapter
   */
  async runTo(target: Cell, cells: readonly Cell[]): Promise<void> {
    const before = cells.slice(0, cells.indexOf(target)).filter((cell) => !cell.isSolution);
    const firstStale = before.findIndex((cell) => this.#ran.get(cell) !== cell.code);
    await this.#run([...(firstStale < 0 ? [] : before.slice(firstStale)), target], cells);
  }

  /** Runs all cells except solutions from the start. */
  async runAll(cells: readonly Cell[]): Promise<void> {
    if (this.#isRunning) return;
    this.#forget();
    await this.#run(
      cells.filter((cell) => !cell.isSolution),
      cells,
    );
  }

  async #run(queue: readonly Cell[], cells: readonly Cell[]): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#isStopping = false;
    const [{ chapter }] = queue;
    if (this.#chapter !== chapter) this.#forget();
    this.#chapter = chapter;
    for (const cell of queue) cell.setState('waiting');
    let outcome: Outcome = { kind: 'stopped' };
    for (const cell of queue) {
      if (this.#mustStop() || (outcome.kind === 'failed' && cell !== queue[0])) {
        cell.setState('idle');
        cell.setStatus('Not run');
        continue;
      }
      // What came after it in the chapter ran with other values.
      for (const later of cells.slice(cells.indexOf(cell))) this.#ran.delete(later);
      cell.setState('running');
      cell.results.clear();
      const { code } = cell;
      outcome = await this.#runner.run(code, cell.name, cell.results);
      if (outcome.kind === 'done') this.#ran.set(cell, code);
      await cell.finish(outcome);
    }
    this.#isRunning = false;
  }
}

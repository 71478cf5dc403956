// Runs the cells of a chapter in order. Used by the program in Node and by the page's worker.

import { ArgumentError } from '../../engine/errors.js';
import { compileCell, LOAD } from './compileCell.js';
import type { Figure } from './figure.js';
import { formatValues } from './formatValues.js';

/** Where the output of cells goes, and where their imports come from. */
export interface Host {
  /** One call of `console.log`, without the line break. */
  print(text: string): void;
  show(figure: Figure): void;
  /** A module by its name, such as `inkgrad/data`. */
  load(name: string, session: Session): Promise<object>;
}

type CellFunction = (...values: unknown[]) => Promise<Record<string, unknown>>;
type FunctionConstructorOf<F> = new (...texts: string[]) => F;
const AsyncFunction = (async () => {
  /* only its constructor is used */
}).constructor as FunctionConstructorOf<CellFunction>;

/** One chapter in execution: the names that its cells have declared so far. */
export class Session {
  readonly host: Host;
  #scope: Readonly<Record<string, unknown>> = {};

  constructor(host: Host) {
    this.host = host;
  }

  /** Names and values of the cells that have run. */
  get scope(): Readonly<Record<string, unknown>> {
    return this.#scope;
  }

  /**
   * Runs one cell. If it fails, the names of earlier cells remain.
   *
   * @param name of the cell in error messages, such as `cell-3`
   * @throws what the cell throws, or SyntaxError
   */
  async run(code: string, name: string): Promise<void> {
    const { body, parameters } = compileCell(code, Object.keys(this.#scope));
    const cell = new AsyncFunction(
      ...[LOAD, 'console', ...parameters],
      `${body}\n//# sourceURL=${name}.js`,
    );
    const load = (module: string): Promise<object> => this.host.load(module, this);
    const log = (...values: unknown[]): void => this.host.print(formatValues(values));
    const output = { log, info: log, warn: log, error: log };
    this.#scope = await cell(load, output, ...parameters.map((key) => this.#scope[key]));
  }
}

/** Line (from 1) and message of an error that a cell threw; line null if it is not in the cell. */
export interface CellError {
  readonly message: string;
  readonly line: number | null;
}

/** Lines that the AsyncFunction constructor adds before a body. */
const HEADER_LINES = 2;

/** Finds the line of an error in the cell `name`. */
export function describeError(error: unknown, name: string): CellError {
  if (!(error instanceof Error)) return { message: String(error), line: null };
  const message = `${error.name}: ${error.message.replace(/ \(\d+:\d+\)$/, '')}`;
  const { loc } = error as { loc?: { readonly line: number } };
  if (loc !== undefined) return { message, line: loc.line };
  const match = new RegExp(`\\b${name}\\.js:(\\d+)`).exec(error.stack ?? '');
  return { message, line: match === null ? null : Number(match[1]) - HEADER_LINES };
}

/**
 * Loads the definitions of another chapter: runs its cells that only define.
 *
 * @param cells code of these cells
 * @throws ArgumentError if the chapter has none
 */
export async function loadDefinitions(
  number: number,
  cells: readonly string[],
  host: Host,
): Promise<object> {
  if (cells.length === 0) {
    throw new ArgumentError(`course: chapter ${number} has no definitions to import`);
  }
  const session = new Session(host);
  for (const [i, code] of cells.entries()) await session.run(code, `chapter-${number}-${i + 1}`);
  return session.scope;
}

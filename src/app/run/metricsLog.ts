// Log of every epoch's metrics, one line per epoch: metrics.jsonl for programs,
// metrics.csv for spreadsheets.

import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError } from '../../engine/errors.js';
import { JsonReader } from '../../nn/saving/json.js';
import { parseStrictJson } from '../../nn/saving/strictJson.js';
import { writeAtomically } from '../outputFiles.js';
import { ModelError } from '../errors.js';
import { withPath } from '../systemErrors.js';
import type { EpochEvent } from '../training/trainerEvents.js';

const COLUMNS = [
  ...(['epoch', 'trainLoss', 'trainAccuracy', 'valLoss', 'valAccuracy'] as const),
  ...(['lr', 'seconds', 'imagesPerSecond'] as const),
] as const;

/** One epoch's metrics, named as in the files. */
export type MetricsRow = Pick<EpochEvent, (typeof COLUMNS)[number]>;

export class MetricsLog {
  readonly #directory: string;
  readonly #rows: MetricsRow[];

  private constructor(directory: string, rows: MetricsRow[]) {
    this.#directory = directory;
    this.#rows = rows;
  }

  /** Creates the files of a new run. */
  static async create(directory: string): Promise<MetricsLog> {
    const log = new MetricsLog(directory, []);
    await log.#rewrite();
    return log;
  }

  /**
   * Reopens the files of a run that has completed `epochs`. Drops rows of later epochs: a run
   * writes a row just before the checkpoint that makes it valid, so these epochs will run again.
   *
   * @throws ModelError if the file is damaged
   */
  static async resume(directory: string, epochs: number): Promise<MetricsLog> {
    const path = join(directory, 'metrics.jsonl');
    const rows: MetricsRow[] = [];
    const lines = (await readLog(path)).split('\n');
    // After the last line break is a truncated line, or nothing.
    lines.pop();
    for (const [index, line] of lines.entries()) {
      try {
        const row = readRow(line);
        if (row.epoch <= epochs) rows.push(row);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        throw new ModelError(
          `${path}: line ${index + 1} is damaged: ${error.message.slice(0, 400)}`,
        );
      }
    }
    const log = new MetricsLog(directory, rows);
    await log.#rewrite();
    return log;
  }

  /** All epochs so far. */
  get rows(): readonly MetricsRow[] {
    return this.#rows;
  }

  /** Appends an epoch's line to both files. */
  async add(event: MetricsRow): Promise<void> {
    const row = Object.fromEntries(
      COLUMNS.map((name) => [name, event[name]]),
    ) as unknown as MetricsRow;
    this.#rows.push(row);
    await append(join(this.#directory, 'metrics.jsonl'), jsonLine(row));
    await append(join(this.#directory, 'metrics.csv'), csvLine(row));
  }

  async #rewrite(): Promise<void> {
    await writeAtomically(
      join(this.#directory, 'metrics.jsonl'),
      this.#rows.map(jsonLine).join(''),
    );
    const header = `${COLUMNS.join(',')}\n`;
    await writeAtomically(
      join(this.#directory, 'metrics.csv'),
      header + this.#rows.map(csvLine).join(''),
    );
  }
}

/** The text of a log; empty if there is none. */
function readLog(path: string): Promise<string> {
  return withPath(path, 'read', () =>
    readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }),
  );
}

function append(path: string, text: string): Promise<void> {
  return withPath(path, 'written', () => appendFile(path, text));
}

function jsonLine(row: MetricsRow): string {
  return `${JSON.stringify(row)}\n`;
}

function csvLine(row: MetricsRow): string {
  return `${COLUMNS.map((name) => row[name]).join(',')}\n`;
}

function readRow(line: string): MetricsRow {
  const row = new JsonReader(parseStrictJson(line, 'row', 2), 'row');
  return Object.fromEntries(
    COLUMNS.map((name) => [name, row.number(name)]),
  ) as unknown as MetricsRow;
}

// CSV files of images, one per line: a label and the pixels row by row, as Kaggle distributes MNIST
// and EMNIST. With or without a header. Bytes in, images out; runs in a browser too.

import Papa from 'papaparse';
import { DataError } from '../../../data/errors.js';
import { squareOf, type StoredImages } from './storedImages.js';

/** Characters that are parsed at once; lines are never divided. */
const CHUNK = 2 ** 21;
/** Maximum length of a line: an RGB image of 128 x 128 has 49,152 numbers of up to 4 characters. */
const MAX_LINE = 2 ** 19;

const LABEL_NAME = /^(label|labels|class|target|character|letter|digit|y)$/i;
const WHOLE_NUMBER = /^\s*\d+\s*$/;

/**
 * Reads a CSV file.
 *
 * @param chunks its bytes
 * @param name the file name used in messages
 * @returns null if the lines contain pixels but no label, as in Kaggle's `test.csv`
 * @throws DataError naming the line if a value is not a byte or a line has another length
 */
export async function parseCsv(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): Promise<StoredImages | null> {
  const decoder = new TextDecoder();
  const collector = new RowCollector(name);
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length < CHUNK) continue;
    const end = text.lastIndexOf('\n') + 1;
    if (end === 0 && text.length > MAX_LINE) {
      throw new DataError(
        `${name}: line 1 has more than ${MAX_LINE} characters; is it a CSV file?`,
      );
    }
    if (!collector.add(text.slice(0, end))) return null;
    text = text.slice(end);
  }
  if (!collector.add(text + decoder.decode())) return null;
  return collector.images();
}

/** Where the label and the pixels of a line are. */
interface Columns {
  readonly count: number;
  readonly label: number;
  readonly side: number;
  readonly channels: 1 | 3;
}

/** Collects the images of a file. */
class RowCollector {
  readonly #name: string;
  readonly #labels: string[] = [];
  #columns: Columns | null = null;
  #pixels = new Uint8Array(0);
  #line = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Adds whole lines; false if the file has no labels. */
  add(text: string): boolean {
    if (text === '') return true;
    const { data } = Papa.parse<string[]>(text, { delimiter: ',' });
    const rows = text.endsWith('\n') ? data.slice(0, -1) : data;
    for (const row of rows) {
      this.#line += 1;
      if (row.length === 1 && row[0].trim() === '') continue;
      if (this.#columns !== null) {
        this.#addRow(row, this.#columns);
        continue;
      }
      const isHeader = !row.every((field) => WHOLE_NUMBER.test(field));
      const isText = isHeader && row.slice(1).every((field) => WHOLE_NUMBER.test(field));
      this.#columns = this.#columnsOf(row, isHeader && !isText);
      if (this.#columns === null) return false;
      if (!isHeader || isText) this.#addRow(row, this.#columns);
    }
    return true;
  }

  #columnsOf(row: readonly string[], isHeader: boolean): Columns | null {
    const count = row.length;
    const named = isHeader ? row.findIndex((field) => LABEL_NAME.test(field.trim())) : -1;
    const square = squareOf(count - 1);
    if (square !== null) return { count, label: Math.max(named, 0), ...square };
    if (squareOf(count) !== null) return null;
    throw new DataError(
      `${this.#name}: line 1 has ${count} columns, expected a label and the pixels of a square ` +
        'image, such as 785 columns for 28 x 28 pixels; remove other columns',
    );
  }

  #addRow(row: readonly string[], { count, label, side, channels }: Columns): void {
    if (row.length !== count) {
      throw new DataError(
        `${this.#name}: line ${this.#line} has ${row.length} columns, but the first has ${count}; ` +
          'the file is damaged or truncated, download it again',
      );
    }
    const text = row[label].trim();
    if (text === '') throw new DataError(`${this.#name}: line ${this.#line} has no label; add it`);
    const size = side * side * channels;
    let position = this.#labels.length * size;
    this.#reserve(position + size);
    for (let i = 0; i < count; i++) {
      if (i === label) continue;
      const value = Number(row[i]);
      if (!(value >= 0 && value <= 255 && Number.isInteger(value)) || row[i] === '') {
        throw new DataError(
          `${this.#name}: line ${this.#line}, column ${i + 1} is ${JSON.stringify(row[i].slice(0, 20))}, ` +
            'expected a pixel from 0 to 255; scale the values to that range',
        );
      }
      this.#pixels[position++] = value;
    }
    this.#labels.push(text);
  }

  #reserve(length: number): void {
    if (length <= this.#pixels.length) return;
    const grown = new Uint8Array(Math.max(length, 2 * this.#pixels.length));
    grown.set(this.#pixels);
    this.#pixels = grown;
  }

  images(): StoredImages {
    if (this.#columns === null || this.#labels.length === 0) {
      throw new DataError(`${this.#name}: contains no images; download it again`);
    }
    const { side, channels } = this.#columns;
    const pixels = this.#pixels.subarray(0, this.#labels.length * side * side * channels);
    return { pixels, height: side, width: side, channels, labels: this.#labels };
  }
}

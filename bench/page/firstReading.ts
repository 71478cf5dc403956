// What opening the page costs until something has been read: shared by the bench, which times it, and the test that holds the
// budget of bytes. Imports node:zlib and types.

import { gzipSync } from 'node:zlib';
import type { BrowserContext, Page } from 'playwright-core';
import type { Stroke } from '../../src/data/strokes/raster.js';

/** A link to a drawing, the letter R: the page reads it as soon as it can. */
export const DRAWING =
  '#s=1AgLMBfQDOb4IHTq9CIgCLTIDLgQoDCASIBogHjRIEiQMJAQiAyALIilGGyI_Oh8WKRQtDmcQ2wEU2gE2VCQoGDAoLjAqNtABsAJ0TA';

export interface FirstReading {
  /** What was read. */
  readonly text: string;
  /** Milliseconds from the beginning of the navigation. */
  readonly ms: number;
  /** Addresses of everything that had arrived, or had been asked for, by then. */
  readonly files: readonly string[];
}

/** Milliseconds of each reading: making the image, reading it, and both. */
export interface Timings {
  readonly image: number[];
  readonly network: number[];
  readonly both: number[];
}

declare global {
  var firstReading: Promise<FirstReading> | undefined;
  /** Where readings.ts runs. */
  var timeReadings: (strokes: readonly Stroke[], count: number) => Promise<Timings>;
}

/** Makes every page of a context note its first reading; call before a page is opened. */
export async function noteFirstReading(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    globalThis.firstReading = new Promise((resolve) => {
      const look = (): void => {
        const letter = document.querySelector('#result .letter');
        if (letter === null) return;
        observer.disconnect();
        const files = performance.getEntriesByType('resource').map(({ name }) => name);
        resolve({ text: letter.textContent, ms: performance.now(), files });
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { childList: true, subtree: true });
    });
  });
}

export interface Bytes {
  /** Of all scripts, as gzip sends them. */
  readonly scripts: number;
  /** Of the model file. */
  readonly weights: number;
  /** Names of the scripts. */
  readonly names: readonly string[];
}

/** Weighs what a page had fetched at its first reading; fetches it once more, from the page. */
export async function weigh(page: Page, { files }: FirstReading): Promise<Bytes> {
  const fetched = async (ending: string): Promise<Map<string, Buffer>> => {
    const all = new Map<string, Buffer>();
    for (const file of new Set(files.filter((name) => name.endsWith(ending)))) {
      all.set(file.replace(/.*\//, ''), await (await page.request.get(file)).body());
    }
    return all;
  };
  const scripts = await fetched('.js');
  const weights = await fetched('.safetensors');
  const sum = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);
  return {
    scripts: sum([...scripts.values()].map((text) => gzipSync(text).length)),
    weights: sum([...weights.values()].map(({ length }) => length)),
    names: [...scripts.keys()],
  };
}

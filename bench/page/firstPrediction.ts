// Measures the page until its first prediction. Shared by the benchmark, which times it, and the
// test of the byte budget.

import { gzipSync } from 'node:zlib';
import type { BrowserContext, Page } from 'playwright-core';
import type { Stroke } from '../../src/data/strokes/raster.js';

/** A link to a drawing of the letter R, which the page classifies as soon as it can. */
export const DRAWING =
  '#s=1AgLMBfQDOb4IHTq9CIgCLTIDLgQoDCASIBogHjRIEiQMJAQiAyALIilGGyI_Oh8WKRQtDmcQ2wEU2gE2VCQoGDAoLjAqNtABsAJ0TA';

export interface FirstPrediction {
  /** The predicted character. */
  readonly text: string;
  /** Milliseconds since the start of the navigation. */
  readonly ms: number;
  /** Addresses of every file that had been loaded or requested by then. */
  readonly files: readonly string[];
}

/** Milliseconds per prediction: rendering the image, classifying it, and both. */
export interface Timings {
  readonly image: number[];
  readonly network: number[];
  readonly both: number[];
}

declare global {
  var firstPrediction: Promise<FirstPrediction> | undefined;
  /** Defined where predictions.ts runs. */
  var timePredictions: (strokes: readonly Stroke[], count: number) => Promise<Timings>;
}

/** Makes every page of a context record its first prediction; call before a page is opened. */
export async function recordFirstPrediction(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    globalThis.firstPrediction = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no prediction within a minute')), 60_000);
      const check = (): void => {
        const letter = document.querySelector('#result .letter');
        if (letter === null) return;
        observer.disconnect();
        clearTimeout(timer);
        const files = performance.getEntriesByType('resource').map(({ name }) => name);
        resolve({ text: letter.textContent, ms: performance.now(), files });
      };
      const observer = new MutationObserver(check);
      observer.observe(document, { childList: true, subtree: true });
    });
  });
}

const SIMD_MODULE = /^(base|relaxed)-/;

export interface Bytes {
  /** Total size with gzip of all scripts but the SIMD module. */
  readonly scripts: number;
  /** Size of the SIMD module with gzip. */
  readonly simd: number;
  /** Size of the model file. */
  readonly weights: number;
  /** Names of the scripts. */
  readonly names: readonly string[];
}

/**
 * Measures the size of the files that a page had loaded at its first prediction; fetches them
 * again, from the page.
 */
export async function measureBytes(page: Page, { files }: FirstPrediction): Promise<Bytes> {
  const download = async (ending: string): Promise<Map<string, Buffer>> => {
    const all = new Map<string, Buffer>();
    for (const file of new Set(files.filter((name) => name.endsWith(ending)))) {
      all.set(file.replace(/.*\//, ''), await (await page.request.get(file)).body());
    }
    return all;
  };
  const scripts = await download('.js');
  const weights = await download('.safetensors');
  const sum = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);
  const compressed = (isCounted: (name: string) => boolean): number =>
    sum([...scripts].flatMap(([name, text]) => (isCounted(name) ? [gzipSync(text).length] : [])));
  return {
    scripts: compressed((name) => !SIMD_MODULE.test(name)),
    simd: compressed((name) => SIMD_MODULE.test(name)),
    weights: sum([...weights.values()].map(({ length }) => length)),
    names: [...scripts.keys()],
  };
}

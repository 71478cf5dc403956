// Reads the fixture and compares losses with it.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { decodeFixture, type Training } from './fixture.js';

export const FIXTURE = new URL('fixture/networks.safetensors.gz', import.meta.url);

export const fixture: ReadonlyMap<string, Training> = decodeFixture(
  gunzipSync(readFileSync(FIXTURE)),
);

/** Relative tolerance of each loss. */
const TOLERANCE = 1e-4;

const STEPS = 10;

/** Compares the losses of each step with PyTorch's. */
export function checkLosses(
  network: string,
  losses: Readonly<Record<string, readonly number[]>>,
): void {
  const { losses: expected } = fixture.get(network)!;
  expect(Object.keys(losses).sort()).toEqual(Object.keys(expected).sort());
  for (const [kind, { data }] of Object.entries(expected)) {
    expect([losses[kind].length, data.length]).toEqual([STEPS, STEPS]);
    losses[kind].forEach((loss, step) => {
      const error = Math.abs(loss / data[step] - 1);
      const message = `${network}: ${kind} of step ${step} is ${loss}, PyTorch's ${data[step]}`;
      expect(error, message).toBeLessThan(TOLERANCE);
    });
  }
}

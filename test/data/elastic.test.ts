// Elastic distortion: how far and how smoothly pixels move, and that every part of the field is drawn by itself.

import { expect, it } from 'vitest';
import { ELASTIC_DRAWS, ElasticField } from '../../src/data/elastic.js';
import { Rng } from '../../src/engine/rng.js';

const SIDE = 28;
const REACH = 3;

it('moves nothing before the first draw', () => {
  const { right, down } = new ElasticField();
  expect([...right, ...down].every((move) => move === 0)).toBe(true);
});

it('takes as many numbers as it says', () => {
  const rng = new Rng(1);
  new ElasticField().draw(REACH, rng);
  expect(rng.state().drawn).toBe(ELASTIC_DRAWS);
});

it('has the moves that were drawn at its points, 7 pixels apart, and between two of them their mean by distance', () => {
  const field = new ElasticField();
  field.draw(REACH, new Rng(2));
  const again = new Rng(2);
  for (const axis of [field.right, field.down]) {
    const moves = Float32Array.from({ length: 25 }, () => again.between(-REACH, REACH));
    const at = (row: number, column: number): number => axis[row * SIDE + column];
    for (let i = 0; i < 4; i++) {
      for (let k = 0; k < 4; k++) expect(at(7 * i, 7 * k)).toBeCloseTo(moves[5 * i + k], 6);
    }
    const [a, b, c, d] = [moves[6], moves[7], moves[11], moves[12]]; // around the pixel 2 below and 5 right of point (1, 1)
    expect(at(9, 12)).toBeCloseTo((5 * (2 * a + 5 * b) + 2 * (2 * c + 5 * d)) / 49, 5);
    expect(at(27, 27)).toBeCloseTo((moves[18] + 6 * moves[19] + 6 * moves[23] + 36 * moves[24]) / 49, 5);
  }
});

it('moves no pixel further than its reach, and neighbours almost alike', () => {
  const field = new ElasticField();
  let [furthest, steepest] = [0, 0];
  for (let seed = 0; seed < 50; seed++) {
    field.draw(REACH, new Rng(seed));
    for (const axis of [field.right, field.down]) {
      for (let i = 0; i < axis.length; i++) {
        furthest = Math.max(furthest, Math.abs(axis[i]));
        if (i % SIDE > 0) steepest = Math.max(steepest, Math.abs(axis[i] - axis[i - 1]));
        if (i >= SIDE) steepest = Math.max(steepest, Math.abs(axis[i] - axis[i - SIDE]));
      }
    }
  }
  expect(furthest).toBeLessThanOrEqual(REACH);
  expect(furthest).toBeGreaterThan(0.95 * REACH);
  expect(steepest).toBeLessThanOrEqual((2 * REACH) / 7 + 1e-5);
});

// Tests products with the inverse second moment against the definition.

import { expect, it } from 'vitest';
import { InputMoment } from '../../../src/app/correction/inputMoment.js';
import { Rng } from '../../../src/engine/index.js';
import { onWasm } from '../support.js';

const [COUNT, WIDTH] = [40, 12];

it(
  'solves (mean(k k^T) + damping) x = k',
  onWasm(async () => {
    const rng = new Rng(2);
    const values = Float32Array.from({ length: COUNT * WIDTH }, () => rng.between(-1, 2));
    const moment = await InputMoment.of({ values, count: COUNT, width: WIDTH });
    const row = values.slice(0, WIDTH);
    const { values: x } = moment.solve({ values: row, count: 1, width: WIDTH });
    const entry = (i: number, j: number): number => {
      let sum = 0;
      for (let n = 0; n < COUNT; n++) sum += values[n * WIDTH + i] * values[n * WIDTH + j];
      return sum / COUNT;
    };
    const trace = Array.from({ length: WIDTH }, (_, i) => entry(i, i)).reduce((a, b) => a + b);
    for (let i = 0; i < WIDTH; i++) {
      let sum = (0.1 * trace * x[i]) / WIDTH;
      for (let j = 0; j < WIDTH; j++) sum += entry(i, j) * x[j];
      expect(sum).toBeCloseTo(row[i], 4);
    }
  }),
);

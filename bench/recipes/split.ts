// Writes the training/validation split of `inkgrad train` for a seed, so that another program can
// train on the same images. The output is JSON with the indices of the training and validation
// images in the training files.
//
//     npm run build:bench && node dist/bench/recipes/split.js --seed 1 [--data DIR] [--split balanced] > split-1.json

import { parseArgs } from 'node:util';
import { VALIDATION_STREAM } from '../../src/app/training/holdOut.js';
import { findDataDir } from '../../src/app/training/source.js';
import { stratifiedIndices } from '../../src/data/loading/split.js';
import { readEmnist } from '../../src/data/emnist/readEmnist.js';
import { checkSplit } from '../../src/data/emnist/splits.js';
import { Rng } from '../../src/index.js';
import { usageError } from '../support/options.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    split: { type: 'string', default: 'balanced' },
    seed: { type: 'string', default: '42' },
    fraction: { type: 'string', default: '0.1' },
  },
});
const dir =
  findDataDir(values.data) ?? usageError('no EMNIST data; set --data or EMNIST_DIR to its folder');
const [seed, fraction] = [Number(values.seed), Number(values.fraction)];
const dataset = await readEmnist({ dir, split: checkSplit(values.split), part: 'train' });
const indices = stratifiedIndices(dataset.labels, fraction, new Rng(seed).split(VALIDATION_STREAM));
console.log(JSON.stringify({ split: values.split, seed, fraction, ...indices }));

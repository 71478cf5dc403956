// Random damage to PyTorch files: the reader returns a result or throws a FormatError.

import { expect, it } from 'vitest';
import { decodePth } from '../../src/app/formats/pth.js';
import { readPickle } from '../../src/app/formats/pickle.js';
import { program } from '../../src/app/formats/pickleWriter.js';
import { readStorage, TORCH_GLOBALS } from '../../src/app/formats/torchTensor.js';
import { FormatError, Rng } from '../../src/engine/index.js';
import { float32, pth, stateDict, tensor } from './support.js';
import { rounds } from '../support/rounds.js';

const seed = Date.now() % 2 ** 32;
const x = tensor({ length: 10, shape: [2, 5], stride: [5, 1] });
const state = stateDict({ x, y: tensor({ length: 10, offset: 3, shape: [2], stride: [2] }) });

/** Changes, removes or repeats a few bytes. */
function damage(bytes: Uint8Array, rng: Rng): Uint8Array {
  const randomPosition = (): number => Math.floor(rng.uniform() * bytes.length);
  const changed = [...bytes];
  const kind = rng.uniform();
  if (kind < 0.2) changed.splice(randomPosition(), 1 + Math.floor(rng.uniform() * 8));
  else if (kind < 0.4)
    changed.splice(randomPosition(), 0, ...changed.slice(randomPosition()).slice(0, 20));
  else
    for (let count = 0; count < 1 + 4 * rng.uniform(); count++)
      changed[randomPosition()] = Math.floor(rng.uniform() * 256);
  return Uint8Array.from(changed);
}

async function readsOrRejects(read: () => unknown): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    expect(error, `seed ${seed}: ${String((error as Error).stack)}`).toBeInstanceOf(FormatError);
    return false;
  }
}

it(`pickles with random damage (seed ${seed})`, async () => {
  const rng = new Rng(seed);
  const bytes = program(state);
  let rejected = 0;
  for (let round = 0; round < rounds(2000); round++) {
    const damaged = damage(bytes, rng);
    if (
      !(await readsOrRejects(() =>
        readPickle(damaged, { globals: TORCH_GLOBALS, persistent: readStorage }),
      ))
    )
      rejected++;
  }
  expect(rejected).toBeGreaterThan(rounds(500)); // the damage has an effect
});

it(`archives with random damage (seed ${seed})`, async () => {
  const rng = new Rng(seed);
  const bytes = await pth(state, { 'data/0': float32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) });
  let rejected = 0;
  for (let round = 0; round < rounds(300); round++) {
    const damaged = damage(bytes, rng);
    if (!(await readsOrRejects(() => decodePth(damaged)))) rejected++;
  }
  expect(rejected).toBeGreaterThan(rounds(100));
});

// The data and initial weights of the networks, as little-endian float32 files that any language can
// read. Written by bench/networks.ts, read by the contenders.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rng, type Module, type ShapedNumbers } from '../../src/index.js';
import { PEERS } from '../support/paths.js';
import { NETWORK_NAMES, NETWORKS, type NetworkName } from './index.js';
import type { Data } from './program.js';

export const WORKLOAD = join(PEERS, 'networks');

type Arrays = Readonly<Record<string, ShapedNumbers>>;

async function weightsOf(model: Module): Promise<Arrays> {
  const arrays: Record<string, ShapedNumbers> = {};
  for (const [name, tensor] of Object.entries(model.stateDict())) {
    // PyTorch stores it as an integer; the networks do not use it.
    if (name.endsWith('num_batches_tracked')) continue;
    arrays[name] = { shape: tensor.shape, data: Float32Array.from(await tensor.data()) };
  }
  return arrays;
}

function write(folder: string, name: string, arrays: Arrays): void {
  const manifest = Object.entries(arrays).map(([name, { shape }]) => ({ name, shape }));
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(manifest));
  const parts = Object.values(arrays).map(({ data }) =>
    Buffer.from((data as Float32Array<ArrayBuffer>).buffer),
  );
  writeFileSync(join(folder, `${name}.f32`), Buffer.concat(parts));
}

function read(folder: string, name: string): Arrays {
  const manifest = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as {
    readonly name: string;
    readonly shape: readonly number[];
  }[];
  const bytes = readFileSync(join(folder, `${name}.f32`));
  const all = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  );
  let start = 0;
  return Object.fromEntries(
    manifest.map(({ name, shape }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      start += size;
      return [name, { shape, data: all.slice(start - size, start) }];
    }),
  );
}

/** Draws data and weights of every network, on the current backend, and writes the files. */
export async function writeWorkload(folder = WORKLOAD): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const rng = new Rng(1);
  for (const name of NETWORK_NAMES) {
    const { data, build } = NETWORKS[name];
    write(folder, `${name}-data`, data(rng.split(`${name} data`)));
    const { model } = build(rng.split(`${name} weights`));
    write(folder, `${name}-weights`, await weightsOf(model));
    model.dispose();
  }
}

/** Reads data and weights of one network. */
export const readWorkload = (
  name: NetworkName,
  folder = WORKLOAD,
): { data: Data; weights: Arrays } => ({
  data: read(folder, `${name}-data`),
  weights: read(folder, `${name}-weights`),
});

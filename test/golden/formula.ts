// The formula of the training trace's weights, images and labels; generator/formula.py is the same
// in Python. Integer arithmetic modulo 2^32, then + - * on float64 in a fixed order, rounded to
// float32 once: both languages give identical bits, so only the trace's results are stored.

export const BATCH = 16;
export const CLASSES = 47;
export const SIDE = 28;
const BLOBS = 3;
const SALT = 'trace3';

/** FNV-1a, 32 bits, over the ASCII characters of the salt, a slash and the name. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${SALT}/${name}`)
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

/**
 * The index times an odd constant, xor the seed, through the finalizer of MurmurHash3 (Appleby).
 */
export function hashIndex(seed: number, index: number): number {
  let hash = seed ^ Math.imul(index + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** [-1, 1) on a 2^-23 grid: the upper 24 bits of the hash. */
function unit(seed: number, index: number): number {
  return (hashIndex(seed, index) >>> 8) * 2 ** -23 - 1;
}

/** A tensor of the state dict: element i is `center + bound * unit(name, i)`. */
export interface StateEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly center: number;
  readonly bound: number;
}

/** The state dict of the network in PyTorch's order, with PyTorch's names. */
export const STATE: readonly StateEntry[] = stateTable();

function stateTable(): StateEntry[] {
  const table: StateEntry[] = [];
  const add = (name: string, shape: number[], center: number, bound: number): void => {
    table.push({ name, shape, center, bound });
  };
  const channels = [1, 32, 64, 128];
  for (let block = 0; block < 3; block++) {
    const [inputs, outputs] = channels.slice(block, block + 2);
    const conv = `conv_layers.${4 * block}`;
    const norm = `conv_layers.${4 * block + 1}`;
    const bound = 1 / Math.sqrt(inputs * 9);
    add(`${conv}.weight`, [outputs, inputs, 3, 3], 0, bound);
    add(`${conv}.bias`, [outputs], 0, bound);
    add(`${norm}.weight`, [outputs], 1, 0.125);
    add(`${norm}.bias`, [outputs], 0, 0.125);
    add(`${norm}.running_mean`, [outputs], 0, 0);
    add(`${norm}.running_var`, [outputs], 1, 0);
    add(`${norm}.num_batches_tracked`, [], 0, 0);
  }
  const linear = (name: string, inputs: number, outputs: number): void => {
    const bound = 1 / Math.sqrt(inputs);
    add(`${name}.weight`, [outputs, inputs], 0, bound);
    add(`${name}.bias`, [outputs], 0, bound);
  };
  linear('fc_layers.0', 1152, 256);
  linear('fc_layers.3', 256, CLASSES);
  return table;
}

/** The initial values of a tensor of the trace. */
export function initialTensor({ name, shape, center, bound }: StateEntry): Float32Array {
  const seed = hashName(name);
  const length = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length }, (_, index) => center + bound * unit(seed, index));
}

/** The 16 class indices of a step, counted from 0. */
export function labels(step: number): number[] {
  const seed = hashName('labels');
  return Array.from(
    { length: BATCH },
    (_, index) => hashIndex(seed, step * BATCH + index) % CLASSES,
  );
}

/**
 * [16, 1, 28, 28] in [-1, 1): three round blobs at positions given by the label, with jitter, and
 * grain.
 */
export function images(step: number): Float32Array {
  const grainSeed = hashName('grain');
  const pixels = new Float32Array(BATCH * SIDE * SIDE);
  labels(step).forEach((label, index) => {
    const sample = step * BATCH + index;
    const centers = blobCenters(label, sample);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const ink = inkAt(Math.floor(i / SIDE), i % SIDE, centers);
      const grain = unit(grainSeed, sample * SIDE * SIDE + i);
      pixels[index * SIDE * SIDE + i] = 0.875 * (2 * Math.min(ink, 1) - 1) + 0.125 * grain;
    }
  });
  return pixels;
}

function blobCenters(label: number, sample: number): [y: number, x: number][] {
  const [blobs, jitter] = [hashName('blobs'), hashName('jitter')];
  return Array.from({ length: BLOBS }, (_, blob) => {
    const offset = (label * BLOBS + blob) * 2;
    const y = 13.5 + 8 * unit(blobs, offset) + unit(jitter, sample * 2);
    const x = 13.5 + 8 * unit(blobs, offset + 1) + unit(jitter, sample * 2 + 1);
    return [y, x];
  });
}

function inkAt(row: number, column: number, centers: [y: number, x: number][]): number {
  let ink = 0;
  for (const [y, x] of centers) {
    const [dy, dx] = [row - y, column - x];
    const inside = 1 - (dy * dy + dx * dx) * 0.03125;
    if (inside > 0) ink += inside * inside;
  }
  return ink;
}

/** The sum of (2i + 1) times the bit pattern of element i, modulo 2^32. */
export function checksum(values: Float32Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return bits.reduce((sum, pattern, index) => (sum + Math.imul(pattern, 2 * index + 1)) >>> 0, 0);
}

// Values of the inputs of the comparison of ops: a hash of the position, so that inkgrad and PyTorch
// (pytorch.py) compute the same numbers without a file.

/** How the values of an input are drawn. */
export type Values =
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'index'; readonly limit: number }
  | { readonly kind: 'flag' };

/** Number `i` of stream `seed`: 24 random bits as a number from 0 to below 1 (MurmurHash3's mixer). */
export function uniform(i: number, seed: number): number {
  let bits = i + Math.imul(seed, 0x9e3779b9);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 8) / 2 ** 24;
}

/** `count` values of stream `seed`. */
export function draw(values: Values, count: number, seed: number): Float32Array {
  const result = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const number = uniform(i, seed);
    if (values.kind === 'uniform') result[i] = values.low + (values.high - values.low) * number;
    else if (values.kind === 'index') result[i] = Math.floor(values.limit * number);
    else result[i] = number < 0.5 ? 1 : 0;
  }
  return result;
}

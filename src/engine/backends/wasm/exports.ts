// The functions that the SIMD module exports, typed. What each computes stands at its definition in kernels/simd.
// Addresses are bytes, everything else counts elements; `begin, end` is a half-open range of units of work. Types only.

/** A byte address in linear memory, a multiple of 16. */
type Address = number;

/** Half-open range of the units (rows, blocks, images, tiles) that a call computes. */
type Range = [begin: number, end: number];

/** Geometry of a window sliding over channels-last images, as pool.ts takes it. */
export type WindowArguments = [
  ...[height: number, width: number, channels: number, outHeight: number, outWidth: number],
  ...[
    windowHeight: number,
    windowWidth: number,
    strideY: number,
    strideX: number,
    padTop: number,
    padLeft: number,
  ],
];

/** Three addresses and a range of elements: z = f(x, y). */
type Binary = (x: Address, y: Address, z: Address, ...range: Range) => void;

export interface SimdExports {
  /** First byte that the module itself does not use. */
  readonly heapBase: WebAssembly.Global;
  /** Columns of a packed panel. */
  readonly PANEL: WebAssembly.Global;
  /** Rows of the register tile. */
  readonly TILE_ROWS: WebAssembly.Global;
  /** Rows of a block in the column reductions. */
  readonly ROW_BLOCK: WebAssembly.Global;

  // gemm.ts
  packPanels(
    ...args: [
      ...[b: Address, strideK: number, strideN: number, inner: number, columns: number],
      ...[panels: Address, ...range: Range],
    ]
  ): void;
  packRows(a: Address, strideM: number, strideK: number, rows: number, inner: number, out: Address): void;
  gemm(
    ...args: [
      ...[a: Address, strideM: number, inner: number, panels: Address, bias: Address],
      ...[out: Address, outStrideM: number, columns: number, ...rows: Range],
    ]
  ): void;

  // convShape.ts, convPack.ts, conv2d.ts, convGradWeight.ts
  convPrepare(shape: Address): void;
  convScratch(shape: Address): number;
  packConvWeights(shape: Address, weight: Address, panels: Address): void;
  packConvWeightsFlipped(shape: Address, weight: Address, panels: Address): void;
  unpackConvWeights(shape: Address, panels: Address, weight: Address): void;
  scaleFilters(weight: Address, scale: Address, filters: number, length: number, out: Address): void;
  convForward(
    ...args: [
      ...[shape: Address, x: Address, panels: Address, bias: Address],
      ...[out: Address, scratch: Address, ...images: Range],
    ]
  ): void;
  convGradTiles(shape: Address): number;
  convGradWeight(
    ...args: [
      ...[shape: Address, x: Address, gradOut: Address, images: number],
      ...[gradPanels: Address, scratch: Address, ...tiles: Range],
    ]
  ): void;

  // winograd.ts, winogradTiles.ts, winogradGradWeight.ts
  winogradScratch(shape: Address): number;
  winogradStrips(shape: Address): number;
  winogradBlockStrips(shape: Address): number;
  winogradPanels(shape: Address): number;
  winogradFilterFloats(shape: Address): number;
  packWinogradFilters(
    ...args: [
      ...[shape: Address, weight: Address, flipped: number, filters: Address],
      ...[scratch: Address, ...panels: Range],
    ]
  ): void;
  winogradForward(
    ...args: [
      ...[shape: Address, x: Address, filters: Address, bias: Address],
      ...[out: Address, pooled: number, scratch: Address, ...strips: Range],
    ]
  ): void;
  winogradGradUnits(images: number): number;
  winogradGradScratch(shape: Address, images: number): number;
  winogradGradSums(shape: Address, images: number): number;
  winogradGradParts(
    ...args: [
      ...[shape: Address, x: Address, gradOut: Address, images: number],
      ...[sums: Address, scratch: Address, ...parts: Range],
    ]
  ): void;
  winogradGradFilters(
    ...args: [shape: Address, sums: Address, parts: number, gradWeight: Address, ...outChannels: Range]
  ): void;

  // reduce.ts
  sumAxis(x: Address, size: number, inner: number, out: Address, ...outputs: Range): void;
  argMax(x: Address, size: number, inner: number, out: Address, ...outputs: Range): void;

  // rows.ts
  columnSumBlocks(x: Address, rows: number, columns: number, partials: Address, ...blocks: Range): void;
  sumBlocks(partials: Address, blocks: number, width: number, out: Address): void;
  scaleShift(x: Address, scale: Address, shift: Address, y: Address, columns: number, ...rows: Range): void;

  // batchNorm.ts
  batchNormStatBlocks(x: Address, rows: number, columns: number, partials: Address, ...blocks: Range): void;
  batchNormStats(partials: Address, rows: number, columns: number, mean: Address, variance: Address): void;
  runningAverage(
    running: Address,
    batch: Address,
    momentum: number,
    correction: number,
    channels: number,
  ): void;
  inverseDeviation(variance: Address, epsilon: number, channels: number, inverse: Address): void;
  foldStatistics(
    ...args: [
      ...[mean: Address, inverse: Address, weight: Address, bias: Address],
      ...[channels: number, scale: Address, shift: Address],
    ]
  ): void;
  batchNormGradBlocks(
    ...args: [
      ...[x: Address, grad: Address, mean: Address, inverse: Address],
      ...[rows: number, columns: number, partials: Address, ...blocks: Range],
    ]
  ): void;
  batchNormGradCoefficients(
    ...args: [
      inverse: Address,
      weight: Address,
      sums: Address,
      rows: number,
      columns: number,
      coefficients: Address,
    ]
  ): void;
  batchNormGradInput(
    ...args: [
      ...[x: Address, grad: Address, mean: Address, coefficients: Address],
      ...[gradInput: Address, columns: number, ...rows: Range],
    ]
  ): void;

  // bnReluPool.ts
  bnReluPool(
    ...args: [
      ...[x: Address, height: number, width: number, channels: number],
      ...[affine: Address, y: Address, ...lines: Range],
    ]
  ): void;
  bnReluPoolBlockLines(width: number): number;
  bnReluPoolGradBlocks(
    ...args: [
      ...[x: Address, grad: Address, height: number, width: number, channels: number],
      ...[affine: Address, mean: Address, inverse: Address],
      ...[lines: number, partials: Address, ...blocks: Range],
    ]
  ): void;
  bnReluPoolGradCoefficients(
    ...args: [
      ...[mean: Address, inverse: Address, weight: Address, sums: Address],
      ...[rows: number, channels: number, coefficients: Address],
    ]
  ): void;
  bnReluPoolGradInput(
    ...args: [
      ...[x: Address, grad: Address, height: number, width: number, channels: number],
      ...[table: Address, gradInput: Address, ...lines: Range],
    ]
  ): void;

  // dropout.ts
  dropout(
    ...args: [
      ...[x: Address, length: number, key0: number, key1: number, threshold: number, scale: number],
      ...[y: Address, mask: Address, ...groups: Range],
    ]
  ): void;

  // softmax.ts
  logSumExp(x: Address, classes: number, lineLog: Address, ...rows: Range): void;
  logSoftmax(x: Address, lineLog: Address, classes: number, y: Address, ...rows: Range): void;
  softmax(x: Address, lineLog: Address, classes: number, y: Address, ...rows: Range): void;
  crossEntropyForward(
    ...args: [
      ...[logits: Address, labels: Address, classes: number, smoothing: number],
      ...[shifted: Address, lineLog: Address, losses: Address, ...rows: Range],
    ]
  ): void;
  crossEntropyGrad(
    ...args: [
      ...[grad: Address, logits: Address, lineLog: Address, labels: Address, classes: number],
      ...[smoothing: number, gradLogits: Address, ...rows: Range],
    ]
  ): void;

  // pool.ts
  maxPool(x: Address, ...args: [...WindowArguments, y: Address, index: Address, ...images: Range]): void;
  maxPoolGrad(
    ...args: [grad: Address, index: Address, ...WindowArguments, gradInput: Address, ...images: Range]
  ): void;

  // elementwise.ts
  fill(y: Address, value: number, ...range: Range): void;
  scale(x: Address, factor: number, summand: number, y: Address, ...range: Range): void;
  blend(
    ...args: [a: Address, partOfA: number, b: Address, partOfB: number, y: Address, ...range: Range]
  ): void;
  relu(x: Address, y: Address, ...range: Range): void;
  reluGrad: Binary;
  add: Binary;
  sub: Binary;
  mul: Binary;

  // optimizer.ts
  adamStep(
    ...args: [
      ...[table: Address, parameters: number, stepSize: number],
      ...[beta1: number, oneMinusBeta1: number, beta2: number, oneMinusBeta2: number],
      ...[root: number, epsilon: number, decay: number, shrink: number, ...units: Range],
    ]
  ): void;
  sgdStep(
    ...args: [
      ...[parameter: Address, grad: Address, velocity: Address, rate: number],
      ...[momentum: number, added: number, decay: number, nesterov: number, ...range: Range],
    ]
  ): void;

  // layout.ts
  copy(from: Address, to: Address, count: number): void;
  transpose(x: Address, rows: number, columns: number, out: Address, ...matrices: Range): void;
  stridedCopy(
    ...args: [x: Address, axes: number, shape: Address, strides: Address, out: Address, ...outermost: Range]
  ): void;
}

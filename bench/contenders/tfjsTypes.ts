// Types of the part of TensorFlow.js that the contender uses; the library is not installed with the
// project.

export interface Tensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

export interface Variable extends Tensor {
  assign(value: Tensor): void;
}

interface AdamOptimizer {
  minimize(loss: () => Tensor, returnCost: true): Tensor | null;
  dispose(): void;
}

/** Registration of one kernel for one backend. */
interface KernelConfig {
  readonly kernelName: string;
  readonly backendName: string;
  readonly kernelFunc: (call: {
    readonly inputs: Readonly<Record<string, Tensor>>;
    readonly attrs: Readonly<Record<string, unknown>>;
  }) => Tensor;
}

export interface Tensorflow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  registerKernel(config: KernelConfig): void;
  tidy<T>(body: () => T): T;
  variable(value: Tensor, trainable: boolean): Variable;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  tensor1d(values: Int32Array, dtype: 'int32'): Tensor;
  tensor4d(values: Float32Array, shape: readonly number[]): Tensor;
  scalar(value: number): Tensor;
  oneHot(indices: Tensor, depth: number): Tensor;
  clone(x: Tensor): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  relu(x: Tensor): Tensor;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  transpose(x: Tensor, order?: readonly number[]): Tensor;
  pad(x: Tensor, paddings: readonly (readonly [number, number])[]): Tensor;
  slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor;
  concat(tensors: readonly Tensor[], axis: number): Tensor;
  moments(x: Tensor, axes: readonly number[]): { readonly mean: Tensor; readonly variance: Tensor };
  batchNorm(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    offset: Tensor,
    scale: Tensor,
    epsilon: number,
  ): Tensor;
  conv2d(x: Tensor, filter: Tensor, stride: number, padding: number): Tensor;
  maxPool(x: Tensor, window: number, stride: number, padding: 'valid'): Tensor;
  dropout(x: Tensor, rate: number): Tensor;
  readonly losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
  readonly train: { adam(learningRate: number): AdamOptimizer };
}

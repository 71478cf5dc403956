// ONNX export of a network, for ONNX Runtime and other runtimes. A table maps each kind of layer to
// its ONNX node in evaluation mode. Source:
// https://github.com/onnx/onnx/blob/main/docs/Operators.md

import { ArgumentError } from '../../engine/errors.js';
import { sizeOf, type Shape } from '../../engine/shape.js';
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  ReLU,
  type HostArray,
  type Module,
} from '../../nn/index.js';
import { ATTRIBUTE, FLOAT32, ModelProto } from './onnxSchema.js';

/**
 * Operator set version. Supported by every runtime of recent years; the nodes used here have not
 * changed since.
 */
const OPSET = 13;
/** Version of the file format; 7 is the first that allows this operator set. */
const IR_VERSION = 8;

export interface OnnxNetwork {
  /** Layers in execution order, with their names in the state dict. */
  readonly layers: readonly (readonly [name: string, layer: Module])[];
  /** The state dict. */
  readonly tensors: Readonly<Record<string, HostArray>>;
  /** Shape of one image, without the batch axis. */
  readonly inputSize: Shape;
  /** Outputs per image. */
  readonly outputs: number;
  /** Human-readable description of the network and its input. */
  readonly description: string;
  /** Machine-readable texts: class names, normalization, how to interpret the logits. */
  readonly metadata: Readonly<Record<string, string>>;
}

type Attributes = Readonly<Record<string, number | readonly number[]>>;

interface OnnxNode {
  readonly op: string;
  /** Names of the layer's arrays, in the operator's order. */
  readonly arrays?: readonly string[];
  readonly attributes?: Attributes;
  /** Attributes of type float. */
  readonly floats?: Readonly<Record<string, number>>;
}

/** A rule for one kind of layer; null if the layer has no effect in evaluation mode. */
function rule<T extends Module>(
  kind: abstract new (...parameters: never[]) => T,
  node: (layer: T) => OnnxNode | null,
): readonly [kind: unknown, node: (layer: Module) => OnnxNode | null] {
  return [kind, (layer) => node(layer as T)];
}

/** Padding at the beginning of each axis, then at the end. */
function pads(padding: readonly number[]): number[] {
  return [...padding, ...padding];
}

/** `same` has one more row or column at the end if the number of zeros is odd. */
function convPads(
  kernelSize: readonly number[],
  { padding, dilation }: Conv2d['options'],
): number[] {
  if (padding !== 'same') return pads(pair(padding));
  const totals = kernelSize.map((size, axis) => pair(dilation)[axis] * (size - 1));
  return [
    ...totals.map((total) => Math.floor(total / 2)),
    ...totals.map((total) => Math.ceil(total / 2)),
  ];
}

const pair = (size: number | readonly number[]): number[] =>
  typeof size === 'number' ? [size, size] : [...size];

const NODES: ReadonlyMap<unknown, (layer: Module) => OnnxNode | null> = new Map([
  rule(Conv2d, ({ weight, bias, options }) => ({
    op: 'Conv',
    arrays: bias === null ? ['weight'] : ['weight', 'bias'],
    attributes: {
      kernel_shape: weight.shape.slice(2),
      strides: pair(options.stride),
      pads: convPads(weight.shape.slice(2), options),
      dilations: pair(options.dilation),
      group: options.groups,
    },
  })),
  rule(BatchNorm2d, ({ epsilon }) => ({
    op: 'BatchNormalization',
    arrays: ['weight', 'bias', 'running_mean', 'running_var'],
    floats: { epsilon },
  })),
  rule(ReLU, () => ({ op: 'Relu' })),
  rule(MaxPool2d, ({ options: { window, stride, padding } }) => ({
    op: 'MaxPool',
    attributes: { kernel_shape: pair(window), strides: pair(stride), pads: pads(pair(padding)) },
  })),
  rule(Flatten, ({ startAxis }) => ({ op: 'Flatten', attributes: { axis: startAxis } })),
  rule(Linear, ({ bias }) => ({
    op: 'Gemm',
    arrays: bias === null ? ['weight'] : ['weight', 'bias'],
    attributes: { transB: 1 },
  })),
  rule(Dropout, () => null),
]);

function attribute([name, value]: [string, number | readonly number[]]): object {
  return typeof value === 'number'
    ? { name, type: ATTRIBUTE.int, i: value }
    : { name, type: ATTRIBUTE.ints, ints: value };
}

/** An input or output with a dynamic batch size. */
function value(name: string, shape: Shape, description: string): object {
  const dim = [{ dim_param: 'N' }, ...shape.map((size) => ({ dim_value: size }))];
  return {
    name,
    doc_string: description,
    type: { tensor_type: { elem_type: FLOAT32, shape: { dim } } },
  };
}

function initializer(name: string, { shape, data }: HostArray): object {
  const raw = new DataView(new ArrayBuffer(4 * sizeOf(shape)));
  for (let i = 0; i < data.length; i++) raw.setFloat32(4 * i, data[i], true);
  return { name, dims: shape, data_type: FLOAT32, raw_data: new Uint8Array(raw.buffer) };
}

/**
 * Encodes a network in evaluation mode: input `x` [N, ...inputSize], output `logits` [N, outputs],
 * any N, float32.
 *
 * @throws ArgumentError for a layer that has no entry in the table
 */
export function encodeOnnx(network: OnnxNetwork): Uint8Array {
  const { layers, tensors, inputSize, outputs, description, metadata } = network;
  const steps = layers.flatMap(([name, layer]) => {
    const toNode = NODES.get(layer.constructor);
    if (toNode === undefined) {
      throw new ArgumentError(
        `onnx: layer ${name} (${layer.constructor.name}) has no ONNX equivalent`,
      );
    }
    const node = toNode(layer);
    return node === null ? [] : [{ name, ...node }];
  });
  const nodes = steps.map(({ name, op, arrays = [], attributes = {}, floats = {} }, index) => ({
    name,
    op_type: op,
    input: [
      index === 0 ? 'x' : `after_${steps[index - 1].name}`,
      ...arrays.map((arrayName) => `${name}.${arrayName}`),
    ],
    output: [index === steps.length - 1 ? 'logits' : `after_${name}`],
    attribute: [
      ...Object.entries(attributes).map(attribute),
      ...Object.entries(floats).map(([key, f]) => ({ name: key, type: ATTRIBUTE.float, f })),
    ],
  }));
  const arrayNames = steps.flatMap(({ name, arrays = [] }) =>
    arrays.map((arrayName) => `${name}.${arrayName}`),
  );
  return ModelProto.encode({
    ir_version: IR_VERSION,
    producer_name: 'inkgrad',
    doc_string: description,
    opset_import: [{ domain: '', version: OPSET }],
    metadata_props: Object.entries(metadata).map(([key, text]) => ({ key, value: text })),
    graph: {
      name: 'network',
      node: nodes,
      initializer: arrayNames.map((name) => initializer(name, tensors[name])),
      input: [value('x', inputSize, description)],
      output: [
        value('logits', [outputs], 'one logit per class; the largest is the predicted class'),
      ],
    },
  }).finish();
}

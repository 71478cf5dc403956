// Encoding of an ONNX file: nodes, constants, input and output of a network with one of each.
// Source: https://github.com/onnx/onnx/blob/main/docs/IR.md

import { sizeOf, type Shape } from '../../engine/shape.js';
import { ATTRIBUTE, FLOAT32, INT64, ModelProto } from './onnxSchema.js';

/** Version of the file format; 8 allows the operator sets 13 to 17. */
const IR_VERSION = 8;

/** Whole numbers, text, or a number of type float. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** One operator with the names of its inputs and outputs. */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant array, float32 or int64. */
export interface OnnxConstant {
  readonly name: string;
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
  readonly type: 'float32' | 'int64';
}

/** The input or output. */
export interface OnnxValue {
  readonly name: string;
  /** Sizes of the axes; a name for a size that is open. */
  readonly sizes: readonly (number | string)[];
  readonly type: 'float32' | 'int64';
  readonly description: string;
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
  /** Version of the operators. */
  readonly opset: number;
  /** Human-readable description of the network and its input. */
  readonly description: string;
  /** Machine-readable texts, such as class names. */
  readonly metadata: Readonly<Record<string, string>>;
}

const TYPES = { float32: FLOAT32, int64: INT64 } as const;

function encodeAttribute([name, value]: [string, OnnxAttribute]): object {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: value };
  if (typeof value === 'string')
    return { name, type: ATTRIBUTE.string, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: ATTRIBUTE.float, f: value.float };
  return { name, type: ATTRIBUTE.ints, ints: value };
}

function encodeValue({ name, sizes, type, description }: OnnxValue): object {
  const dim = sizes.map((size) =>
    typeof size === 'string' ? { dim_param: size } : { dim_value: size },
  );
  return {
    name,
    doc_string: description,
    type: { tensor_type: { elem_type: TYPES[type], shape: { dim } } },
  };
}

function encodeConstant({ name, shape, data, type }: OnnxConstant): object {
  const bytes = type === 'int64' ? 8 : 4;
  const raw = new DataView(new ArrayBuffer(bytes * sizeOf(shape)));
  for (let i = 0; i < data.length; i++) {
    if (type === 'int64') raw.setBigInt64(8 * i, BigInt(data[i]), true);
    else raw.setFloat32(4 * i, data[i], true);
  }
  return { name, dims: shape, data_type: TYPES[type], raw_data: new Uint8Array(raw.buffer) };
}

/** Encodes an ONNX file. Equal models give equal bytes. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const { nodes, constants, input, output, opset, description, metadata } = model;
  return ModelProto.encode({
    ir_version: IR_VERSION,
    producer_name: 'inkgrad',
    doc_string: description,
    opset_import: [{ domain: '', version: opset }],
    metadata_props: Object.entries(metadata).map(([key, text]) => ({ key, value: text })),
    graph: {
      name: 'network',
      node: nodes.map(({ name, op, inputs, outputs, attributes }) => ({
        name,
        op_type: op,
        input: inputs,
        output: outputs,
        attribute: Object.entries(attributes).map(encodeAttribute),
      })),
      initializer: constants.map(encodeConstant),
      input: [encodeValue(input)],
      output: [encodeValue(output)],
    },
  }).finish();
}

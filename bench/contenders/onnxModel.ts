// The network as an ONNX file, written field by field: the protocol buffers that ONNX needs are few, and so the
// peers infer from exactly the weights the others have, without another library in between. No imports.

/** One array of the network under its PyTorch name. */
export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

// Wire types of protocol buffers (https://protobuf.dev/programming-guides/encoding/).
const VARINT = 0;
const LENGTH_DELIMITED = 2;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

type Field = Buffer;

/** An integer field. */
function int(field: number, value: number): Field {
  return Buffer.from([...varint(field * 8 + VARINT), ...varint(value)]);
}

/** A field of bytes: text, raw data, or a message made of fields. */
function bytes(field: number, content: string | Uint8Array | readonly Field[]): Field {
  const body = Array.isArray(content)
    ? Buffer.concat(content as readonly Field[])
    : Buffer.from(content as string | Uint8Array);
  return Buffer.concat([
    Buffer.from([...varint(field * 8 + LENGTH_DELIMITED), ...varint(body.length)]),
    body,
  ]);
}

// Field numbers below are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

const FLOAT = 1; // TensorProto.DataType
const INT = 2; // AttributeProto.AttributeType
const INTS = 7;

/** AttributeProto: name 1, i 3, ints 8, type 20. */
function attribute(name: string, value: number | readonly number[]): Field {
  const content = typeof value === 'number' ? [int(3, value)] : value.map((item) => int(8, item));
  return bytes(5, [bytes(1, name), ...content, int(20, typeof value === 'number' ? INT : INTS)]);
}

/** NodeProto: input 1, output 2, op_type 4, attribute 5. Inside GraphProto it is field 1. */
function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): Field {
  return bytes(1, [
    ...inputs.map((input) => bytes(1, input)),
    bytes(2, output),
    bytes(4, op),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  ]);
}

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9. Inside GraphProto it is field 5. */
function initializer({ name, shape, data }: Initializer): Field {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return bytes(5, [...shape.map((size) => int(1, size)), int(2, FLOAT), bytes(8, name), bytes(9, raw)]);
}

/** ValueInfoProto: name 1, type 2 > tensor_type 1 > (elem_type 1, shape 2 > dim 1 > (dim_value 1 | dim_param 2)). */
function valueInfo(field: number, name: string, shape: readonly (number | string)[]): Field {
  const dims = shape.map((size) => bytes(1, [typeof size === 'number' ? int(1, size) : bytes(2, size)]));
  return bytes(field, [bytes(1, name), bytes(2, [bytes(1, [int(1, FLOAT), bytes(2, dims)])])]);
}

/** CharacterNet in evaluation mode: input `x` [N, 1, 28, 28], output `logits` [N, classes], any N. */
export function onnxModel(weights: readonly Initializer[], classes: number): Uint8Array {
  const used = (layer: string, ...names: string[]): string[] => names.map((name) => `${layer}.${name}`);
  const nodes: Field[] = [];
  let value = 'x';
  const then = (op: string, inputs: string[], attributes = {}): void => {
    const output = `value${nodes.length}`;
    nodes.push(node(op, [value, ...inputs], output, attributes));
    value = output;
  };

  for (let block = 0; block < 3; block++) {
    const [conv, norm] = [4 * block, 4 * block + 1].map((layer) => `conv_layers.${layer}`);
    then('Conv', used(conv, 'weight', 'bias'), { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    then('BatchNormalization', used(norm, 'weight', 'bias', 'running_mean', 'running_var'));
    then('Relu', []);
    then('MaxPool', [], { kernel_shape: [2, 2], strides: [2, 2] });
  }
  then('Flatten', [], { axis: 1 });
  then('Gemm', used('fc_layers.0', 'weight', 'bias'), { transB: 1 });
  then('Relu', []);
  nodes.push(node('Gemm', [value, ...used('fc_layers.3', 'weight', 'bias')], 'logits', { transB: 1 }));

  // GraphProto: node 1, name 2, initializer 5, input 11, output 12.
  const graph = [
    ...nodes,
    bytes(2, 'CharacterNet'),
    ...weights.map(initializer),
    valueInfo(11, 'x', ['N', 1, 28, 28]),
    valueInfo(12, 'logits', ['N', classes]),
  ];
  // ModelProto: ir_version 1, graph 7, opset_import 8 > version 2.
  return Buffer.concat([int(1, 8), bytes(7, graph), bytes(8, [int(2, 13)])]);
}

// Tensor metadata of a PyTorch file (storage, offset, shape, strides), and the names that a pickle
// of tensors may use. Every number is validated against the storage before use; no tensor data is
// read here. Source: https://github.com/pytorch/pytorch/blob/main/torch/_utils.py
// (_rebuild_tensor_v2)

import { FormatError } from '../../engine/errors.js';
import { format, sizeOf, type Shape } from '../../engine/shape.js';
import { ELEMENT_TYPES, type ElementType } from '../../nn/saving/elementTypes.js';
import {
  describeValue,
  PickleDict,
  PickleGlobal,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from './pickle.js';

/** The maximum rank of PyTorch's kernels. */
const MAX_RANK = 64;

export { fail as pthFailure };

function fail(reason: string): never {
  throw new FormatError(`pth: ${reason}`);
}

/** The numbers of one or several tensors, in a member of the archive. */
export class TorchStorage extends PickleObject {
  readonly kind = 'a storage';

  constructor(
    /** Name of the member below `data/`. */
    readonly key: string,
    readonly type: ElementType,
    /** Number of elements. */
    readonly length: number,
  ) {
    super();
  }
}

/** A view of a storage. */
export class TorchTensor extends PickleObject {
  readonly kind = 'a tensor';

  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    readonly shape: Shape,
    readonly stride: readonly number[],
  ) {
    super();
  }
}

/** Supported PyTorch storage classes, and their element type. */
const STORAGE_TYPES: ReadonlyMap<string, string> = new Map([
  ['torch.FloatStorage', 'F32'],
  ['torch.DoubleStorage', 'F64'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ByteStorage', 'U8'],
]);

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function sizes(value: PickleValue | undefined, property: string): number[] {
  if (
    !(value instanceof PickleTuple) ||
    value.items.length > MAX_RANK ||
    !value.items.every(isCount)
  ) {
    return fail(`the ${property} of a tensor must be a tuple of at most ${MAX_RANK} integers >= 0`);
  }
  return [...value.items];
}

/** Parses a storage reference, `('storage', torch.FloatStorage, '0', 'cpu', 288)`. */
export function readStorage(id: PickleValue): TorchStorage {
  const [tag, storageClass, key, , length] = id instanceof PickleTuple ? id.items : [];
  const dtype =
    storageClass instanceof PickleGlobal ? STORAGE_TYPES.get(storageClass.name) : undefined;
  if (tag !== 'storage' || dtype === undefined || typeof key !== 'string' || !isCount(length)) {
    return fail(
      'a reference to data outside the pickle is not of the form (storage, type, key, ' +
        'device, count)',
    );
  }
  return new TorchStorage(key, ELEMENT_TYPES.get(dtype)!, length);
}

/** Arguments: `(storage, offset, size, stride, requires_grad, hooks)`. */
function rebuildTensor(parameters: readonly PickleValue[]): TorchTensor {
  const [storage, offset, sizeTuple, strideTuple] = parameters;
  if (!(storage instanceof TorchStorage))
    fail(`a tensor is built from ${describeValue(storage)}, expected a storage`);
  const shape = sizes(sizeTuple, 'shape');
  const stride = sizes(strideTuple, 'stride');
  if (!isCount(offset) || stride.length !== shape.length) {
    fail(
      `a tensor of shape ${format(shape)} has strides ${format(stride)} and offset ` +
        describeValue(offset),
    );
  }
  const count = sizeOf(shape);
  const last = shape.reduce((at, length, axis) => at + (length - 1) * stride[axis], offset);
  if (count > 0 && last >= storage.length) {
    fail(
      `a tensor of shape ${format(shape)}, strides ${format(stride)}, offset ${offset} ` +
        `exceeds the ${storage.length} elements of storage ` +
        JSON.stringify(storage.key.slice(0, 40)),
    );
  }
  if (count > storage.length) {
    fail(
      `a tensor of shape ${format(shape)} repeats the ${storage.length} elements of its storage; ` +
        'call .contiguous() before saving it',
    );
  }
  return new TorchTensor(storage, offset, shape, stride);
}

/** A parameter is represented by its tensor. Arguments: `(tensor, requires_grad, hooks)`. */
function rebuildParameter([tensor]: readonly PickleValue[]): TorchTensor {
  return tensor instanceof TorchTensor
    ? tensor
    : fail(`a parameter is built from ${describeValue(tensor)}, expected a tensor`);
}

function orderedDict(parameters: readonly PickleValue[]): PickleDict {
  return parameters.length === 0
    ? new PickleDict()
    : fail('an OrderedDict is created with arguments, expected none');
}

/** torch.Size([1, 28, 28]) is a tuple. */
function torchSize([size]: readonly PickleValue[]): PickleTuple {
  return new PickleTuple(sizes(size, 'torch.Size'));
}

/** Every name that the pickle of a PyTorch file may use. */
export const TORCH_GLOBALS: readonly PickleGlobal[] = [
  new PickleGlobal('collections.OrderedDict', orderedDict),
  new PickleGlobal('torch._utils._rebuild_tensor_v2', rebuildTensor),
  new PickleGlobal('torch._utils._rebuild_parameter', rebuildParameter),
  new PickleGlobal('torch.Size', torchSize),
  ...[...STORAGE_TYPES.keys()].map((name) => new PickleGlobal(name, null)),
];

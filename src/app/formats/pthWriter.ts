// Writer for .pth files that torch.load opens: a dict with the state dict, the class names and the
// input size, as the PyTorch original saves it. The counterpart of pth.ts.

import { contiguousStrides } from '../../engine/shape.js';
import type { HostArray } from '../../nn/index.js';
import {
  call,
  dict,
  FALSE,
  integer,
  list,
  name,
  persistent,
  program,
  text,
  tuple,
  type Pickled,
} from './pickleWriter.js';
import { writeStoredArchive } from './zipArchive.js';

/** The folder inside the archive; any name works. */
const ROOT = 'model';
/** Version of the archive layout, readable since PyTorch 1.6. */
const VERSION = '3\n';

export interface PthContents {
  /**
   * Arrays by PyTorch's names, row-major. `num_batches_tracked` becomes int64, everything else
   * float32.
   */
  readonly tensors: Readonly<Record<string, HostArray>>;
  readonly classes: readonly string[];
  /** Channels, height and width of one image. */
  readonly inputSize: readonly number[];
}

const orderedDict = call(name('collections', 'OrderedDict'));

function isCounter(key: string): boolean {
  return key.endsWith('num_batches_tracked');
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`. */
function tensor(key: string, member: number, { shape, data }: HostArray): Pickled {
  const storageClass = name('torch', isCounter(key) ? 'LongStorage' : 'FloatStorage');
  const id = tuple(
    text('storage'),
    storageClass,
    text(`${member}`),
    text('cpu'),
    integer(data.length),
  );
  const sizes = (values: readonly number[]): Pickled => tuple(...values.map(integer));
  return call(
    name('torch._utils', '_rebuild_tensor_v2'),
    persistent(id),
    integer(0),
    sizes(shape),
    sizes(contiguousStrides(shape)),
    FALSE,
    orderedDict,
  );
}

/** The numbers in PyTorch's storage format, little-endian. */
function storage(key: string, { data }: HostArray): Uint8Array {
  const size = isCounter(key) ? 8 : 4;
  const bytes = new Uint8Array(size * data.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    if (isCounter(key)) view.setBigInt64(i * size, BigInt(data[i]), true);
    else view.setFloat32(i * size, data[i], true);
  }
  return bytes;
}

/** Encodes a checkpoint. Equal contents give equal bytes. */
export function encodePth({
  tensors,
  classes,
  inputSize,
}: PthContents): Promise<Uint8Array<ArrayBuffer>> {
  const entries = Object.entries(tensors);
  const state = entries.map(
    ([key, array], member) => [text(key), tensor(key, member, array)] as const,
  );
  const contents = dict([
    [text('model_state_dict'), dict(state, orderedDict)],
    [text('class_mapping'), list(classes.map(text))],
    [text('input_size'), tuple(...inputSize.map(integer))],
  ]);
  const utf8 = new TextEncoder();
  return writeStoredArchive([
    [`${ROOT}/data.pkl`, program(contents)],
    [`${ROOT}/byteorder`, utf8.encode('little')],
    ...entries.map(
      ([key, array], member) => [`${ROOT}/data/${member}`, storage(key, array)] as const,
    ),
    [`${ROOT}/version`, utf8.encode(VERSION)],
  ]);
}

// Recognizes model files of other programs by their first bytes, so that an error can name them.

/** Beginnings of files, one character per byte. */
const BEGINNINGS: readonly (readonly [beginning: RegExp, kind: string])[] = [
  [/^\x89HDF\r\n/, 'an HDF5 file, as Keras writes it'],
  [/^.{4}TFL3/s, 'a TensorFlow Lite file'],
  [/^GGUF/, 'a GGUF file'],
  [/^\x93NUMPY/, 'a NumPy array'],
];

/** Keys of fields 2 to 8 of ONNX's ModelProto, one of which follows the version. */
const ONNX_KEYS = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42];

/** Protocol buffers: field 1, the version, comes first. A safetensors file has { at byte 8. */
function isOnnx(bytes: Uint8Array): boolean {
  const [key, version, nextKey] = bytes;
  return key === 0x08 && version <= 32 && ONNX_KEYS.includes(nextKey) && bytes[8] !== 0x7b;
}

/** The kind of a model file that cannot be read, such as `an ONNX file`; null if it is not known. */
export function otherFormat(bytes: Uint8Array): string | null {
  if (isOnnx(bytes)) return 'an ONNX file';
  const beginning = String.fromCharCode(...bytes.subarray(0, 16));
  return BEGINNINGS.find(([pattern]) => pattern.test(beginning))?.[1] ?? null;
}

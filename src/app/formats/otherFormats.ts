// Recognizes model files of other programs by their first bytes, so that an error can name them.

const FORMATS: readonly (readonly [beginning: RegExp, kind: string])[] = [
  // Protocol buffers: field 1 (the version), then field 2 to 8. A safetensors file has { at byte 8.
  [/^\x08[\x01-\x20][\x12\x1a\x22\x28\x32\x3a\x42].{5}[^{]/s, 'an ONNX file'],
  [/^\x89HDF\r\n/, 'an HDF5 file, as Keras writes it'],
  [/^.{4}TFL3/s, 'a TensorFlow Lite file'],
  [/^GGUF/, 'a GGUF file'],
  [/^\x93NUMPY/, 'a NumPy array'],
];

/** The kind of a model file that cannot be read, such as `an ONNX file`; null if it is not known. */
export function otherFormat(bytes: Uint8Array): string | null {
  const beginning = String.fromCharCode(...bytes.subarray(0, 16));
  return FORMATS.find(([pattern]) => pattern.test(beginning))?.[1] ?? null;
}

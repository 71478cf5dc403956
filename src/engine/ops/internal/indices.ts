// Class labels and row indices given as host values: validated and uploaded.

import { ArgumentError } from '../../errors.js';
import { describeValue } from '../../options.js';
import { tensor, Tensor } from '../../tensor.js';

/**
 * Returns `indices` as a tensor on the backend of `sibling`, or on the current one. Host values are
 * validated; the elements of a tensor are not known here, so an op returns NaN for an invalid one.
 *
 * @param what what an index is, for the message: `crossEntropy: label`
 * @param ignored one more number that is accepted
 * @throws ArgumentError if a host value is not an integer from 0 to count - 1, or `indices` is
 *   neither a tensor nor a list
 */
export function indexTensor(
  indices: Tensor | ArrayLike<number>,
  count: number,
  sibling: Tensor | undefined,
  what: string,
  ignored?: number,
): Tensor {
  if (indices instanceof Tensor) return indices;
  if (typeof indices !== 'object' || (indices as object | null) === null) {
    throw new ArgumentError(
      `${what} must be in a tensor or a list of numbers, got ${describeValue(indices)}`,
    );
  }
  const values = Float64Array.from(indices);
  const invalid = values.findIndex(
    (index) => !(Number.isInteger(index) && index >= 0 && index < count) && index !== ignored,
  );
  if (invalid >= 0) {
    throw new ArgumentError(
      `${what} ${describeValue(indices[invalid])} at index ${invalid} must be a whole number from 0 to ${count - 1}` +
        (ignored === undefined ? '' : `, or ${ignored}`),
    );
  }
  return tensor(values, sibling && { backend: sibling.array.backend });
}

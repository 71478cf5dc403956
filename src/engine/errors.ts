// Error classes of the engine. Each message states the operation, the invalid values, the violated
// rule and, if there is a likely one, the fix.

/**
 * Base class of every error that inkgrad throws deliberately.
 *
 * @example
 * try {
 *   tensor([[1, 2], [3]]);
 * } catch (error) {
 *   print(error instanceof InkgradError); // true
 * }
 */
export class InkgradError extends Error {
  override name = 'InkgradError';
}

/**
 * Incompatible shapes, e.g. `matmul: inner sizes differ, 3 and 4 (a [2,3], b [4,5])`.
 *
 * @example
 * try {
 *   scope(() => void add(zeros([2]), zeros([3])));
 * } catch (error) {
 *   print(error instanceof ShapeError); // true
 * }
 */
export class ShapeError extends InkgradError {
  override name = 'ShapeError';
}

/**
 * An argument outside its documented range, e.g. a dropout probability of 1.5.
 *
 * @example
 * try {
 *   scope(() => void clamp(zeros([2]), 1, 0));
 * } catch (error) {
 *   print(error instanceof ArgumentError); // true
 * }
 */
export class ArgumentError extends InkgradError {
  override name = 'ArgumentError';
}

/**
 * An array used after `dispose()` or after the `scope` that owned it ended.
 *
 * @example
 * const x = zeros([2]);
 * x.dispose();
 * try {
 *   await x.data();
 * } catch (error) {
 *   print(error instanceof DisposedError); // true
 * }
 */
export class DisposedError extends InkgradError {
  override name = 'DisposedError';
}

/**
 * An array changed in place between forward and backward, which needs its earlier elements.
 *
 * @example
 * const w = new Parameter([1], [2]);
 * try {
 *   scope(() => {
 *     const loss = mul(w, w);
 *     w.assign([3]); // backward needs the old value
 *     loss.backward();
 *   });
 * } catch (error) {
 *   print(error instanceof ModifiedError); // true
 * }
 * w.dispose();
 */
export class ModifiedError extends InkgradError {
  override name = 'ModifiedError';
}

/**
 * A backend that is unavailable on this machine; the message states the reason.
 *
 * @example
 * try {
 *   await createGpuBackend({ mode: 'webgl2' }); // Node has no WebGL2
 * } catch (error) {
 *   print(error instanceof BackendError); // true
 * }
 */
export class BackendError extends InkgradError {
  override name = 'BackendError';
}

/**
 * A lost GPU: unplugged, reset by its driver, or taken by the system. All its buffers are lost.
 *
 * @example
 * const error = new DeviceLostError('gpu: the driver was reset');
 * print(error instanceof BackendError); // true
 */
export class DeviceLostError extends BackendError {
  override name = 'DeviceLostError';
}

/**
 * A file that is damaged or has another format than expected.
 *
 * @example
 * try {
 *   decodeSafetensors(new Uint8Array(4));
 * } catch (error) {
 *   print(error instanceof FormatError); // true
 * }
 */
export class FormatError extends InkgradError {
  override name = 'FormatError';
}

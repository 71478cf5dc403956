// Error classes of the engine. Each message states the operation, the invalid values, the violated
// rule and, if there is a likely one, the fix.

/** Base class of every error that inkgrad throws deliberately. */
export class InkgradError extends Error {
  override name = 'InkgradError';
}

/** Incompatible shapes, e.g. `matmul: inner sizes differ, 3 and 4 (a [2,3], b [4,5])`. */
export class ShapeError extends InkgradError {
  override name = 'ShapeError';
}

/** An argument outside its documented range, e.g. a dropout probability of 1.5. */
export class ArgumentError extends InkgradError {
  override name = 'ArgumentError';
}

/** An array used after `dispose()` or after the `scope` that owned it ended. */
export class DisposedError extends InkgradError {
  override name = 'DisposedError';
}

/** An array changed in place between forward and backward, which needs its earlier elements. */
export class ModifiedError extends InkgradError {
  override name = 'ModifiedError';
}

/** A backend that is unavailable on this machine; the message states the reason. */
export class BackendError extends InkgradError {
  override name = 'BackendError';
}

/** A lost GPU: unplugged, reset by its driver, or taken by the system. All its buffers are lost. */
export class DeviceLostError extends BackendError {
  override name = 'DeviceLostError';
}

/** A file that is damaged or has another format than expected. */
export class FormatError extends InkgradError {
  override name = 'FormatError';
}

// The errors the engine throws on purpose. Each message names the operation, the offending values, the rule they break
// and, where one is likely, the fix.

/** Base class of every error that inkgrad raises deliberately. */
export class InkgradError extends Error {
  override name = 'InkgradError';
}

/** Shapes that do not fit together, e.g. `matmul: inner sizes differ, 3 and 4 (a [2,3], b [4,5])`. */
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

/** A backend that cannot be had on this machine, with the reason. */
export class BackendError extends InkgradError {
  override name = 'BackendError';
}

/** A GPU that went away: unplugged, reset by its driver, or taken by the system. Everything it held is gone. */
export class DeviceLostError extends BackendError {
  override name = 'DeviceLostError';
}

/** A file whose contents are damaged or of another kind than expected. */
export class FormatError extends InkgradError {
  override name = 'FormatError';
}

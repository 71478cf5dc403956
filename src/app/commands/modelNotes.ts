// Notes to the user about the model of a command: which one it is, and whether it is verified.

import type { FoundModel } from '../model/findModel.js';
import type { LoadedModel } from '../model/modelContents.js';
import type { Reporter } from '../terminal/reporter.js';

/** Reports a model that the user did not select, and one without a digest. */
export function reportModel(
  reporter: Reporter,
  { name, note, bundled }: FoundModel,
  { verified }: Pick<LoadedModel, 'verified'>,
): void {
  if (note !== null) reporter.warn(note);
  if (verified || bundled) return;
  reporter.warn(
    `note      ${name} is unverified: it contains no digest, so damaged weights are not detected`,
  );
}

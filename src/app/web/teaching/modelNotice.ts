// Which model the page uses, outside the Model tab: a mark next to the prediction if it is not the page's own, with a button
// back to it, and the sentence about the network in the footer.

import type { App } from '../app.js';
import { openBundledModel } from '../prediction/bundledModel.js';
import type { Predictor } from '../prediction/predictor.js';
import { element } from '../ui/dom.js';
import type { FineTuner } from './fineTuner.js';

/** The elements of the page that name the model. */
export interface ModelNoticeHosts {
  /** Container of the mark. */
  readonly mark: HTMLElement;
  /** The sentence in the footer. */
  readonly about: HTMLElement;
}

/** @param bundled the page's own model; null if it could not be loaded */
export function mountModelNotice(
  { mark, about }: ModelNoticeHosts,
  app: App,
  fineTuner: FineTuner,
  bundled: Predictor | null,
): void {
  const name = element('span');
  const back = element(
    'button',
    { type: 'button', className: 'plain' },
    'Back to the page’s model',
  );
  const row = element('p', { className: 'mark other-model' }, name, back);
  back.addEventListener('click', () => {
    back.disabled = true;
    openBundledModel()
      .then(
        (predictor) => app.predictor.set(predictor),
        (error: unknown) => app.showError(error),
      )
      .finally(() => (back.disabled = false));
  });
  fineTuner.state.subscribe(({ usesFineTuned }) => {
    const { original } = fineTuner;
    if (original === null) return;
    const isBundled = hasSameBytes(original, bundled);
    about.textContent = aboutNetwork(original, isBundled, usesFineTuned);
    name.textContent = `Model in use: ${original.card.name}`;
    if (isBundled) row.remove();
    else if (row.parentElement === null) mark.prepend(row);
  });
}

function aboutNetwork({ card }: Predictor, isBundled: boolean, isTaught: boolean): string {
  const taught = isTaught ? ', its hidden layer retrained by you' : '';
  const weights = `${card.parameters.toLocaleString('en-US')} weights${taught}`;
  return isBundled
    ? `The network (${weights}) and its engine were built from scratch in TypeScript.`
    : `The network in use is ${card.name} (${weights}). Its engine was built from scratch in TypeScript.`;
}

/** Compares the bytes, because pages over plain HTTP have no SHA-256. */
function hasSameBytes({ card }: Predictor, other: Predictor | null): boolean {
  const [bytes, otherBytes] = [card.bytes, other?.card.bytes];
  return bytes.length === otherBytes?.length && bytes.every((byte, i) => byte === otherBytes[i]);
}

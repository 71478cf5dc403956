// The dialog with the code that embeds the page in another one.

import type { Announcer, ErrorReporter, PageState } from '../app.js';
import { element } from '../ui/dom.js';
import { embedCode } from './embedCode.js';

/** Adds the button that opens the dialog to `host`. */
export function mountEmbed(
  host: HTMLElement,
  app: Pick<PageState, 'drawing'> & Announcer & ErrorReporter,
): void {
  const open = element('button', { type: 'button', className: 'plain' }, 'Embed');
  const code = element('textarea', {
    id: 'embed-code',
    rows: 4,
    readOnly: true,
    spellcheck: false,
  });
  const withDrawing = element('input', { type: 'checkbox', id: 'embed-drawing' });
  const copy = element('button', { type: 'button', className: 'primary' }, 'Copy');
  const close = element('button', { type: 'button' }, 'Close');
  const status = element('p', { role: 'status', className: 'soft' });
  const title = element('h2', { id: 'embed-title' }, 'Embed in a web page');
  const dialog = element(
    'dialog',
    { className: 'embed-dialog' },
    title,
    element(
      'p',
      {},
      element('label', { htmlFor: code.id }, 'This code shows the pad and the prediction:'),
    ),
    code,
    element(
      'label',
      { className: 'embed-option', htmlFor: withDrawing.id },
      withDrawing,
      'Start with the current drawing',
    ),
    element('div', { className: 'embed-buttons' }, copy, close),
    status,
  );
  dialog.setAttribute('aria-labelledby', title.id);

  const update = (): void => {
    const { strokes } = app.drawing.value;
    try {
      code.value = embedCode(document.baseURI, withDrawing.checked ? strokes : []);
    } catch (error) {
      withDrawing.checked = false;
      app.showError(error);
    }
    status.textContent = '';
  };
  open.addEventListener('click', () => {
    withDrawing.disabled = app.drawing.value.strokes.length === 0;
    withDrawing.checked &&= !withDrawing.disabled;
    update();
    dialog.showModal();
  });
  withDrawing.addEventListener('change', update);
  copy.addEventListener('click', () => {
    navigator.clipboard.writeText(code.value).then(
      () => (status.textContent = 'Copied.'),
      () => {
        code.select();
        status.textContent = 'Text selected. Press Ctrl+C (Cmd+C on a Mac).';
      },
    );
  });
  close.addEventListener('click', () => dialog.close());
  // Escape closes the dialog and must not empty the pad.
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  host.append(open);
  document.body.append(dialog);
}

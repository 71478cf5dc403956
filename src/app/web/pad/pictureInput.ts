// Image input for the pad: a button, drag and drop, and paste.

import { DataError } from '../../../data/errors.js';
import type { Announcer, ErrorReporter } from '../app.js';
import { element } from '../ui/dom.js';
import type { Pad } from './pad.js';
import { ICONS, makeTool } from './toolbar.js';

/** Adds the button to the pad, and handles dropped and pasted files. */
export function takePictures(pad: Pad, app: Announcer & ErrorReporter): void {
  let latest = 0;
  const take = async (file: File): Promise<void> => {
    const mine = ++latest;
    pad.canvas.ariaBusy = 'true';
    try {
      const { readPicture } = await import('./picture.js');
      const picture = await readPicture(file, file.name === '' ? 'the picture' : file.name);
      if (mine !== latest) return;
      pad.setPicture(picture);
      app.say('The picture is on the pad');
    } catch (error) {
      app.fail(error);
    } finally {
      if (mine === latest) pad.canvas.ariaBusy = null;
    }
  };

  const input = element('input', {
    type: 'file',
    accept: 'image/*',
    hidden: true,
    ariaLabel: 'Picture',
  });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.value = ''; // so that choosing the same file again triggers a change event
    if (file !== undefined) void take(file);
  });
  const does = 'Reads a picture of one character instead; you may also drop or paste one';
  const button = makeTool({
    label: 'Picture',
    does,
    icon: ICONS.picture,
    press: () => input.click(),
  });
  pad.toolbar.append(button, input);

  const receive = (on: boolean): unknown => pad.root.classList.toggle('drag-over', on);
  pad.root.addEventListener('dragover', (event) => {
    event.preventDefault();
    receive(true);
  });
  pad.root.addEventListener('dragleave', (event) => {
    if (!pad.root.contains(event.relatedTarget as Node | null)) receive(false);
  });
  pad.root.addEventListener('drop', (event) => {
    event.preventDefault();
    receive(false);
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void take(file);
    else
      app.fail(
        new DataError('what was dropped is no file; save the picture first and drop its file'),
      );
  });
  // Otherwise a file dropped outside the pad would replace the page.
  for (const name of ['dragover', 'drop'] as const) {
    window.addEventListener(name, (event) => event.preventDefault());
  }
  document.addEventListener('paste', (event) => {
    const file = event.clipboardData?.files[0];
    if (file === undefined || event.defaultPrevented) return;
    event.preventDefault();
    void take(file);
  });
}

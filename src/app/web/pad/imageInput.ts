// Image input for the pad: a button, drag and drop, and paste.

import { DataError } from '../../../data/errors.js';
import type { Announcer, ErrorReporter } from '../app.js';
import { element } from '../ui/dom.js';
import type { Pad } from './pad.js';
import { ICONS, makeTool } from './toolbar.js';

/** Adds the button to the pad, and handles dropped and pasted files. */
export function mountImageInput(pad: Pad, app: Announcer & ErrorReporter): void {
  let latestRequest = 0;
  const loadFile = async (file: File): Promise<void> => {
    const request = ++latestRequest;
    pad.canvas.ariaBusy = 'true';
    try {
      const { readImageFile } = await import('./imageFile.js');
      const name = file.name === '' ? 'the image' : file.name;
      const image = await readImageFile(file, name);
      if (request !== latestRequest) return;
      if (image === null) {
        pad.clear(); // so that the old prediction is not taken for that of the image; undo restores the drawing
        throw new DataError(
          `${name}: no character stands out; choose an image of one character, dark on light or light on dark`,
        );
      }
      pad.setImage(image);
      app.announce('The image is on the pad');
    } catch (error) {
      app.showError(error);
    } finally {
      if (request === latestRequest) pad.canvas.ariaBusy = null;
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
    if (file !== undefined) void loadFile(file);
  });
  const description = 'Opens an image of one character; you can also drop or paste one';
  const button = makeTool({
    label: 'Picture',
    description,
    icon: ICONS.image,
    onPress: () => input.click(),
  });
  pad.toolbar.append(button, input);

  const setDragOver = (active: boolean): unknown => pad.root.classList.toggle('drag-over', active);
  pad.root.addEventListener('dragover', (event) => {
    event.preventDefault();
    setDragOver(true);
  });
  pad.root.addEventListener('dragleave', (event) => {
    if (!pad.root.contains(event.relatedTarget as Node | null)) setDragOver(false);
  });
  pad.root.addEventListener('drop', (event) => {
    event.preventDefault();
    setDragOver(false);
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void loadFile(file);
    else
      app.showError(
        new DataError('what you dropped is not a file; save the image first, then drop its file'),
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
    void loadFile(file);
  });
}

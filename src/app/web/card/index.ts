// The Model panel: facts about the current model, and a button to load another one.

import { InkgradError } from '../../../engine/errors.js';
import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import { pageBackend } from '../prediction/backend.js';
import type { Predictor } from '../prediction/predictor.js';
import { factsOf, figuresOf, networkSummary } from './facts.js';
import { namedLayers, type NamedLayer } from './layers.js';
import { identify, type Identity } from './record.js';
import './card.css';

/** Larger files are rejected unread; a model with its optimizer state has 5 MB. */
const MAX_BYTES = 2 ** 26;

/** Mounts the panel in `host`. */
export function mount(host: HTMLElement, app: App): Panel {
  const card = element('div', { className: 'model-card' });
  const picker = element('input', {
    type: 'file',
    accept: '.safetensors,.pth,.pt',
    id: 'model-file',
  });
  const loadButton = element(
    'label',
    { className: 'button', htmlFor: 'model-file' },
    'Load a model of your own',
  );
  const restoreButton = element(
    'button',
    { type: 'button', hidden: true },
    'Back to the page’s model',
  );
  const hint = element(
    'p',
    { className: 'soft' },
    'A .safetensors file from inkgrad train or from this page, or a .pth file from PyTorch. Choose it or drop it here. It stays on your device.',
  );
  host.append(
    card,
    element('div', { className: 'model-file' }, picker, loadButton, restoreButton),
    hint,
  );

  /** Replaces the predictor; on failure the old one stays. */
  const replacePredictor = async (open: () => Promise<Predictor>): Promise<void> => {
    host.setAttribute('aria-busy', 'true');
    try {
      const predictor = await open();
      app.predictor.set(predictor);
      app.announce(`The page now uses ${predictor.card.name}`);
    } catch (error) {
      app.showError(error);
    } finally {
      host.removeAttribute('aria-busy');
    }
  };
  const load = (file: File | undefined): void => {
    if (file !== undefined) void replacePredictor(() => openFile(file));
  };
  picker.addEventListener('change', () => {
    load(picker.files?.[0]);
    picker.value = ''; // so that picking the same file again triggers a change event
  });
  // main.ts prevents the browser from opening dropped files.
  host.addEventListener('drop', (event) => load(event.dataTransfer?.files[0]));
  restoreButton.addEventListener('click', () => {
    void replacePredictor(async () =>
      (await import('../prediction/bundledModel.js')).openBundledModel(),
    );
  });

  let shown = false;
  let displayed: Predictor | null = null;
  const show = async (): Promise<void> => {
    const predictor = app.predictor.value;
    if (!shown || predictor === null || predictor === displayed) return;
    displayed = predictor;
    try {
      const [identity] = await Promise.all([identify(predictor.card), pageBackend()]);
      if (app.predictor.value !== predictor) return; // replaced meanwhile; another call describes the new one
      restoreButton.hidden = identity.record !== null;
      card.replaceChildren(...draw(predictor, identity, namedLayers(predictor.model)));
    } catch (error) {
      if (app.predictor.value === predictor) app.showError(error);
    }
  };
  app.predictor.subscribe(() => void show());
  return {
    show: () => {
      shown = true;
      void show();
    },
    hide: () => {
      shown = false;
    },
  };
}

async function openFile(file: File): Promise<Predictor> {
  if (file.size > MAX_BYTES) {
    throw new InkgradError(
      `${file.name}: ${Math.ceil(file.size / 2 ** 20)} MB is too large (limit ${MAX_BYTES / 2 ** 20} MB); choose a model file, which has about 2 MB`,
    );
  }
  const module = await import('../prediction/predictor.js');
  return module.Predictor.open(new Uint8Array(await file.arrayBuffer()), file.name);
}

function draw(
  { card }: Predictor,
  identity: Identity,
  layers: readonly NamedLayer[],
): HTMLElement[] {
  const figures = figuresOf(card, identity.record).map(({ value, name, meaning }) =>
    element(
      'li',
      {},
      element('b', {}, value),
      element('span', {}, name),
      element('small', {}, meaning),
    ),
  );
  const facts = factsOf(card, identity).flatMap(({ name, text, code }) => [
    element('dt', {}, name),
    element('dd', {}, code === true ? element('code', {}, text) : text),
  ]);
  const rows = layers.map(({ kind, name, output, parameters }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, kind),
      element('td', {}, element('code', {}, name)),
      element('td', {}, output.join(' × ')),
      element('td', {}, parameters === 0 ? '–' : parameters.toLocaleString('en-US')),
    ),
  );
  const head = ['Layer', 'Name', 'Output', 'Parameters'].map((text) =>
    element('th', { scope: 'col' }, text),
  );
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...rows),
  );
  return [
    element('h3', {}, identity.record === null ? card.name : 'The model on this page'),
    element('ul', { className: 'card-figures' }, ...figures),
    element('dl', {}, ...facts),
    element(
      'details',
      {},
      element('summary', {}, networkSummary(layers)),
      element('div', { tabIndex: 0 }, table),
    ),
  ];
}

// The Model panel: facts about the current model, and a button to load another one.

import { InkgradError } from '../../../engine/errors.js';
import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import { pageBackend } from '../prediction/backend.js';
import type { Reader } from '../prediction/reader.js';
import { factsOf, figuresOf, networkInBrief } from './facts.js';
import { namedLayers, type NamedLayer } from './layers.js';
import { identify, type Identity } from './record.js';
import './card.css';

/** Larger files are rejected unread; a run with its optimizer state has 5 MB. */
const MAX_BYTES = 2 ** 26;

/** Mounts the panel in `host`. */
export function mount(host: HTMLElement, app: App): Panel {
  const card = element('div', { className: 'model-card' });
  const picker = element('input', {
    type: 'file',
    accept: '.safetensors,.pth,.pt',
    id: 'model-file',
  });
  const own = element(
    'label',
    { className: 'button', htmlFor: 'model-file' },
    'Load a model of your own',
  );
  const back = element('button', { type: 'button', hidden: true }, 'Back to the page’s model');
  const hint = element(
    'p',
    { className: 'soft' },
    'A .safetensors file that inkgrad train wrote or this page saved, or the original’s .pth. It stays on your device.',
  );
  host.append(card, element('div', { className: 'model-file' }, picker, own, back), hint);

  /** Replaces the predictor; on failure the old one stays. */
  const change = async (open: () => Promise<Reader>): Promise<void> => {
    host.setAttribute('aria-busy', 'true');
    try {
      const reader = await open();
      app.reader.set(reader);
      app.say(`The page now reads with ${reader.card.name}`);
    } catch (error) {
      app.fail(error);
    } finally {
      host.removeAttribute('aria-busy');
    }
  };
  picker.addEventListener('change', () => {
    const file = picker.files?.[0];
    picker.value = ''; // so that picking the same file again triggers a change event
    if (file !== undefined) void change(() => openFile(file));
  });
  back.addEventListener('click', () => {
    void change(async () => (await import('../prediction/shipped.js')).openShipped());
  });

  let shown = false;
  let described: Reader | null = null;
  const show = async (): Promise<void> => {
    const reader = app.reader.value;
    if (!shown || reader === null || reader === described) return;
    described = reader;
    try {
      const [identity] = await Promise.all([identify(reader.card), pageBackend()]);
      if (app.reader.value !== reader) return; // replaced meanwhile; another call describes the new one
      back.hidden = identity.record !== null;
      card.replaceChildren(...draw(reader, identity, namedLayers(reader.model)));
    } catch (error) {
      if (app.reader.value === reader) app.fail(error);
    }
  };
  app.reader.subscribe(() => void show());
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

async function openFile(file: File): Promise<Reader> {
  if (file.size > MAX_BYTES) {
    throw new InkgradError(
      `model ${file.name}: it has ${file.size} bytes, more than ${MAX_BYTES}; a model of this network has about a million`,
    );
  }
  const module = await import('../prediction/reader.js');
  return module.Reader.open(new Uint8Array(await file.arrayBuffer()), file.name);
}

function draw({ card }: Reader, identity: Identity, layers: readonly NamedLayer[]): HTMLElement[] {
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
    element('h3', {}, identity.record === null ? card.name : 'The model of this page'),
    element('ul', { className: 'figures' }, ...figures),
    element('dl', {}, ...facts),
    element(
      'details',
      {},
      element('summary', {}, networkInBrief(layers)),
      element('div', { tabIndex: 0 }, table),
    ),
  ];
}

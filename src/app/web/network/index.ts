// The Network panel: a connected diagram of the network for the current drawing, live; the arithmetic behind a selected value;
// and all active units of one layer. It computes only while it is visible.

import type { App, Panel } from '../app.js';
import { onPaletteChange } from '../figures/palette.js';
import { Choice } from '../figures/picker.js';
import { runWhenVisible } from '../figures/runWhenVisible.js';
import { Subjects } from '../figures/subject.js';
import type { Predictor } from '../prediction/predictor.js';
import { element } from '../ui/dom.js';
import { analyze } from './analyze.js';
import { Arithmetic } from './arithmetic.js';
import { Diagram } from './diagram.js';
import { LayerView } from './layerView.js';
import { layersOf, peaksOf, type Selection, type Snapshot } from './snapshot.js';
import { stagesOf, type Stages } from './stages.js';
import { strongest } from './strongest.js';
import { Summary } from './summary.js';
import { weightsOf, type Weights } from './weights.js';
import '../figures/figures.css';
import './network.css';

/** The diagram is updated ten times a second, which leaves time for the strokes on slow devices. In milliseconds. */
const UPDATE_INTERVAL = 100;

/** The page's model, split into stages. */
interface LoadedModel {
  readonly predictor: Predictor;
  readonly stages: Stages;
  readonly weights: Weights;
}

export function mount(host: HTMLElement, app: App): Panel {
  const subjects = new Subjects(app);
  let loaded: LoadedModel | null = null;
  let snapshot: Snapshot | null = null;
  const selection = new Choice<Selection>(() => showSelection());
  const layerView = new LayerView(selection);
  const diagram = new Diagram(selection, (layer) => layerView.open(layer));
  const arithmetic = new Arithmetic(selection);
  const views = [diagram, new Summary(), arithmetic, layerView];
  const root = element('div', { className: 'network figures', hidden: true });
  const waiting = element(
    'p',
    { className: 'soft' },
    'The diagram appears when the network is loaded.',
  );
  const example = element('p', { className: 'example', hidden: true }, 'Example: the pad is empty');
  root.append(example, ...views.map((view) => view.root));
  host.append(waiting, root);

  const showSelection = (): void => {
    if (snapshot === null) return;
    diagram.showSelection();
    arithmetic.show(snapshot);
    layerView.showSelection();
  };
  const showSnapshot = (next: Snapshot): void => {
    snapshot = next;
    waiting.remove();
    root.hidden = false;
    if (selection.selected === null || !isValid(next, selection.selected)) {
      const [unit = 0] = strongest(peaksOf(next.layers[1]), 1); // 0 in a network without active filters
      selection.select({ layer: 1, unit, point: null });
    }
    for (const view of views) view.show(next);
  };
  const task = runWhenVisible(
    host,
    async () => {
      if (loaded === null) return;
      const { predictor, stages, weights } = loaded;
      try {
        const subject = await subjects.current();
        if (subject?.predictor !== predictor) return;
        const { prediction, isExample } = subject;
        const analysis = await analyze(stages, () => predictor.input(prediction.image));
        example.hidden = !isExample;
        const { classes, temperature } = predictor;
        const layers = layersOf(prediction, analysis);
        showSnapshot({ prediction, classes, temperature, analysis, layers, weights });
      } catch (error) {
        if (app.predictor.value === predictor) app.showError(error); // a replaced predictor is disposed of and may fail
      }
    },
    UPDATE_INTERVAL,
  );

  app.predictor.subscribe((predictor) => {
    loaded = null;
    if (predictor === null) return;
    const stages = stagesOf(predictor.model);
    weightsOf(stages).then(
      (weights) => {
        if (app.predictor.value !== predictor) return;
        loaded = { predictor, stages, weights };
        task.request();
      },
      (error: unknown) => {
        if (app.predictor.value === predictor) app.showError(error);
      },
    );
  });
  app.prediction.subscribe(task.request);
  onPaletteChange(() => {
    if (snapshot !== null) showSnapshot(snapshot);
  });
  return { show: task.resume, hide: task.pause };
}

/** Whether a network has the selected value; another network may have fewer units. */
function isValid({ layers }: Snapshot, { layer, unit, point }: Selection): boolean {
  if (layer >= layers.length || unit >= layers[layer].channels) return false;
  const { side } = layers[layer];
  return point === null || (point.row < side && point.column < side);
}

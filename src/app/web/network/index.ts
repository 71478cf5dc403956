// The Network panel: the activations of the network for the current drawing, live.
// It computes only while it is visible, at most once per frame, and always for the latest drawing.

import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import type { Predictor } from '../prediction/predictor.js';
import { BlocksView } from './blocks.js';
import { filtersOf, type Filters } from './filters.js';
import { OutputView } from './outputView.js';
import { onPaletteChange } from '../figures/palette.js';
import { Choice } from '../figures/picker.js';
import { BLOCKS, type FilterChoice, type Snapshot } from './snapshot.js';
import { stagesOf, type Stages } from './stages.js';
import { analyze } from './analyze.js';
import { runWhenVisible } from '../figures/runWhenVisible.js';
import '../figures/figures.css';
import './network.css';

/** The page's model, split into stages. */
interface LoadedModel {
  readonly predictor: Predictor;
  readonly stages: Stages;
  filters: readonly Filters[] | null;
}

export function mount(host: HTMLElement, app: App): Panel {
  let loaded: LoadedModel | null = null;
  let snapshot: Snapshot | null = null;
  const filter = new Choice<FilterChoice>(() => blocks.showFilter(snapshot));
  const target = new Choice<number>(() => outcome.show(snapshot));
  const [blocks, outcome] = [new BlocksView(filter), new OutputView(target)];
  const views = [blocks, outcome];
  host.append(element('div', { className: 'network figures' }, ...views.map(({ root }) => root)));

  const showSnapshot = (next: Snapshot | null): void => {
    snapshot = next;
    if (next !== null && filter.selected === null)
      filter.select({ block: 0, filter: strongestFilter(next) });
    for (const view of views) view.show(next);
  };
  const task = runWhenVisible(host, async () => {
    const prediction = app.prediction.value;
    if (
      prediction?.logits.length !== loaded?.predictor.classes.length ||
      prediction === null ||
      loaded === null
    ) {
      showSnapshot(null);
      return;
    }
    const { predictor, stages, filters } = loaded;
    try {
      const analysis = await analyze(stages, () => predictor.input(prediction.image));
      const convolutions = stages.blocks.map((block) => block.convolutions);
      showSnapshot({
        prediction,
        classes: predictor.classes,
        analysis,
        convolutions,
        filters,
      });
    } catch (error) {
      if (app.predictor.value === predictor) app.showError(error); // a replaced predictor is disposed of and may fail
    }
  });

  app.predictor.subscribe((predictor) => {
    loaded =
      predictor === null ? null : { predictor, stages: stagesOf(predictor.model), filters: null };
    if (loaded !== null) {
      void loadFilters(loaded).then(task.request, (error: unknown) => {
        if (app.predictor.value === predictor) app.showError(error);
      });
    }
    task.request();
  });
  app.prediction.subscribe(task.request);
  onPaletteChange(() => showSnapshot(snapshot));
  return { show: task.resume, hide: task.pause };
}

async function loadFilters(loaded: LoadedModel): Promise<void> {
  loaded.filters = await filtersOf(loaded.stages);
}

/** The filter of block 1 with the strongest activation, selected at first. */
function strongestFilter({ analysis: { blocks } }: Snapshot): number {
  const [maps] = blocks;
  let index = 0;
  for (let i = 1; i < maps.length; i++) if (maps[i] > maps[index]) index = i;
  return Math.floor(index / (BLOCKS[0].side * BLOCKS[0].side));
}

// The Thinking panel: activations and gradients of the network for the current drawing, live.
// It computes only while it is visible, at most once per frame, and always for the latest drawing.

import type { App, Panel } from '../app.js';
import { element } from '../ui/dom.js';
import type { Reader } from '../prediction/reader.js';
import { BlocksView } from './blocks.js';
import { filtersOf, type Filters } from './filters.js';
import { Outcome } from './outcome.js';
import { onPaletteChange } from './palette.js';
import { Choice } from './picker.js';
import { Explanation } from './explanation.js';
import { BLOCKS, type FilterChoice, type Scene } from './scene.js';
import { stagesOf, type Stages } from './stages.js';
import { think, type Question } from './think.js';
import { whenSeen } from './whenSeen.js';
import './thinking.css';

/** The page's model, split into stages. */
interface Opened {
  readonly reader: Reader;
  readonly stages: Stages;
  filters: readonly Filters[] | null;
}

export function mount(host: HTMLElement, app: App): Panel {
  let opened: Opened | null = null;
  let scene: Scene | null = null;
  const wanted = new Choice<number>(() => work.ask());
  const filter = new Choice<FilterChoice>(() => blocks.choose(scene));
  const [explanation, blocks, outcome] = [
    new Explanation(wanted),
    new BlocksView(filter),
    new Outcome(wanted),
  ];
  const views = [explanation, blocks, outcome];
  host.append(element('div', { className: 'thinking' }, ...views.map(({ root }) => root)));

  const showScene = (next: Scene | null): void => {
    scene = next;
    if (next !== null && filter.kept === null) filter.keep({ block: 0, filter: loudest(next) });
    for (const view of views) view.show(next);
  };
  const work = whenSeen(host, async () => {
    const reading = app.reading.value;
    if (
      reading?.logits.length !== opened?.reader.classes.length ||
      reading === null ||
      opened === null
    ) {
      wanted.keep(null);
      showScene(null);
      return;
    }
    const { reader, stages, filters } = opened;
    const question = ask(reading.ranked[0].index, reading.ranked[1].index, wanted.value);
    try {
      const thought = await think(stages, () => reader.input(reading.image), question);
      const convolutions = stages.blocks.map((block) => block.convolutions);
      showScene({ reading, classes: reader.classes, thought, question, convolutions, filters });
    } catch (error) {
      if (app.reader.value === reader) app.fail(error); // a replaced predictor is disposed of and may fail
    }
  });

  app.reader.subscribe((reader) => {
    opened = reader === null ? null : { reader, stages: stagesOf(reader.model), filters: null };
    if (opened !== null) {
      void readFilters(opened).then(work.ask, (error: unknown) => {
        if (app.reader.value === reader) app.fail(error);
      });
    }
    work.ask();
  });
  app.reading.subscribe(work.ask);
  onPaletteChange(() => showScene(scene));
  return { show: work.resume, hide: work.pause };
}

async function readFilters(opened: Opened): Promise<void> {
  opened.filters = await filtersOf(opened.stages);
}

/** The filter of block 1 with the strongest activation, selected at first. */
function loudest({ thought: { blocks } }: Scene): number {
  const [maps] = blocks;
  let at = 0;
  for (let i = 1; i < maps.length; i++) if (maps[i] > maps[at]) at = i;
  return Math.floor(at / (BLOCKS[0].side * BLOCKS[0].side));
}

/** Compares `chosen` with the top class; without `chosen`, the second class. Compares the top class with the second. */
function ask(winner: number, second: number, chosen: number | null): Question {
  const wanted = chosen ?? second;
  return { winner, wanted, against: wanted === winner ? second : winner };
}

// One sentence below the diagram: the active units of each layer and the prediction, for everyone and for screen readers.

import { element, setText } from '../ui/dom.js';
import { percent } from '../prediction/verdict.js';
import { peaksOf, type Layer, type Snapshot, type View } from './snapshot.js';

export class Summary implements View {
  readonly root = element('p', { className: 'summary' });

  show({ layers, prediction, classes }: Snapshot): void {
    const [top] = prediction.ranked;
    const countsOf = (kind: Layer['kind']): string =>
      layers
        .filter((layer) => layer.kind === kind)
        .map((layer) => `${peaksOf(layer).filter((peak) => peak > 0).length} of ${layer.channels}`)
        .join(', then ');
    setText(
      this.root,
      `Active filters: ${countsOf('maps')}; hidden units: ${countsOf('units')}. ` +
        `The highest of ${classes.length} scores is ${top.label}: ${percent(top.probability)}.`,
    );
  }
}

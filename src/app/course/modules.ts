// The modules that a cell may import, by name. The same in Node and in the page.

import { ArgumentError } from '../../engine/errors.js';
import { figureModule } from './figures.js';
import { gridPoints } from './plane.js';
import { loadDefinitions, type Host } from './session.js';

const PACKAGES: Readonly<Record<string, () => Promise<object>>> = {
  inkgrad: () => import('../../index.js'),
  'inkgrad/engine': () => import('../../engine/index.js'),
  'inkgrad/data': () => import('../../data/index.js'),
  'gpu.js': () => import('gpu.js'),
};

/**
 * Makes the function `load` of a host.
 *
 * @param definitions code of the definition cells of each chapter
 */
export function moduleLoader(
  definitions: ReadonlyMap<number, readonly string[]>,
  host: () => Host,
): Host['load'] {
  const chapters = new Map<number, Promise<object>>();
  return async (name) => {
    if (Object.hasOwn(PACKAGES, name)) return PACKAGES[name]();
    if (name === 'course/figures') {
      return { ...figureModule((figure) => host().show(figure)), gridPoints };
    }
    const number = Number(/^course\/(\d+)$/.exec(name)?.[1] ?? NaN);
    const cells = definitions.get(number);
    if (cells !== undefined) {
      if (!chapters.has(number)) chapters.set(number, loadDefinitions(number, cells, host()));
      return chapters.get(number)!;
    }
    const names = [...Object.keys(PACKAGES), 'course/figures', 'course/1 to course/10'];
    throw new ArgumentError(`a cell cannot import "${name}"; it can import ${names.join(', ')}`);
  };
}

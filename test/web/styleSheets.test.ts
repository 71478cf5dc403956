// Tests that the style sheets of the panels do not affect each other: all of them are global, and each
// is loaded with its panel.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const WEB = 'src/app/web';
/** Folders whose style sheets are meant for every page or panel. */
const SHARED = ['ui', 'figures', 'classroom', 'embed', 'tour', 'offline', 'bench'];

/** The first class of every selector: the one that decides what it applies to. */
function leadingClasses(css: string): Set<string> {
  const rules = css.replace(/\/\*.*?\*\//gs, '').matchAll(/([^{}]+)\{/g);
  const selectors = [...rules].flatMap(([, list]) => list.split(',')).map((text) => text.trim());
  return new Set(
    selectors.flatMap((selector) => {
      const name = /^\.([\w-]+)/.exec(selector)?.[1];
      return name === undefined ? [] : [name];
    }),
  );
}

it('no class begins the rules of two panels', () => {
  const owners = new Map<string, Set<string>>();
  const files = readdirSync(WEB, { encoding: 'utf8', recursive: true });
  for (const file of files.filter((name) => name.endsWith('.css'))) {
    const [folder] = file.split(path.sep);
    if (SHARED.includes(folder)) continue;
    for (const name of leadingClasses(readFileSync(path.join(WEB, file), 'utf8'))) {
      owners.set(name, (owners.get(name) ?? new Set()).add(folder));
    }
  }
  expect(owners.size).toBeGreaterThan(100);
  const shared = [...owners].filter(([, folders]) => folders.size > 1);
  expect(shared.map(([name, folders]) => `.${name}: ${[...folders].join(', ')}`)).toEqual([]);
});

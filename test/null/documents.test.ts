// Every path and file name in backticks, and every relative link in the documentation, must exist.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import record from '../../src/app/model/shipped/model.json' with { type: 'json' };

const ROOT = new URL('../../', import.meta.url);
const FOLDERS = ['src', 'kernels', 'examples', 'test', 'bench', 'scripts', 'docs'];

/** Base names of all source files. */
const names = new Set(
  FOLDERS.flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' }),
  ).map((path) => path.replaceAll('\\', '/').split('/').at(-1)!),
);

const documents = [
  'README.md',
  'examples/README.md',
  ...readdirSync(new URL('docs', ROOT), { recursive: true, encoding: 'utf8' }).map(
    (name) => `docs/${name}`,
  ),
].filter((path) => path.endsWith('.md'));

/** Files and folders that a document names but that do not exist. */
function missingFiles(path: string, text: string): string[] {
  const exists = (relative: string, base: URL = ROOT): boolean =>
    existsSync(new URL(relative, base));
  // A folder that starts with a dot is an output, and a compiled file has a source.
  const paths = [
    ...text.matchAll(/`((?:src|kernels|examples|test|bench|scripts|docs)\/[\w./-]*)`/g),
  ].map(([, match]) => match);
  const files = [...text.matchAll(/`(?:[\w-]+\/)*([\w-]+(?:\.\w+)*\.(?:ts|js|py))`/g)].map(
    ([, name]) => name,
  );
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, link]) => link);
  return [
    ...paths.filter((match) => !match.includes('/.') && !exists(match)),
    ...files.filter((name) => !names.has(name) && !names.has(name.replace(/\.js$/, '.ts'))),
    ...links.filter((link) => !exists(link, new URL(path, ROOT))),
  ];
}

describe('a document names only files that exist:', () => {
  it.each(documents)('%s', (path) => {
    expect(missingFiles(path, readFileSync(new URL(path, ROOT), 'utf8'))).toEqual([]);
  });
});

/** Source files that comments of a source name but that do not exist. */
function missingInComments(source: string): string[] {
  const comments = [...source.matchAll(/\/\*.*?\*\/|(?:^|\s)\/\/.*$/gms)].map(([text]) => text);
  return comments
    .flatMap((text) => [...text.matchAll(/(?<![\w*.-])[\w-]+(?:\.\w+)*\.ts\b/g)])
    .map(([name]) => name)
    .filter((name) => !names.has(name) && !name.endsWith('.d.ts'));
}

it('comments of sources name only source files that exist', () => {
  const sources = ['src', 'kernels'].flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
  const missing = sources.flatMap((path) =>
    missingInComments(readFileSync(new URL(path, ROOT), 'utf8')).map((name) => `${path}: ${name}`),
  );
  expect(sources.length).toBeGreaterThan(200);
  expect(missing).toEqual([]);
  expect(missingInComments('// As in gone.ts.\n/** See shape.ts and lost.test.ts */')).toEqual([
    'gone.ts',
    'lost.test.ts',
  ]);
});

it('the comment of loadCharacterModel states the accuracy of the bundled model', () => {
  const source = readFileSync(new URL('src/app/library/characterModel.ts', ROOT), 'utf8');
  const stated = /(\d+\.\d) %\s+\* correct on the test images/.exec(source)?.[1];
  expect(stated).toBe((100 * record.test.accuracy).toFixed(1));
});

it('a file that does not exist is reported', () => {
  const text =
    'See `src/gone.ts`, `engine/absent.ts` and [this](nowhere.md), `src/engine/shape.ts`, `shape.ts`.';
  expect(missingFiles('docs/x.md', text)).toEqual([
    'src/gone.ts',
    'gone.ts',
    'absent.ts',
    'nowhere.md',
  ]);
});

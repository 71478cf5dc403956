// Vite plugin that makes a built page load its model in parallel with its scripts: `preload` for the
// weights, which a script fetches later, and `modulepreload` for the backend, which it imports later.
// The SIMD module is not preloaded, because only a script can detect which one the browser supports.

import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite';

/** Pages that contain this module need the model for their first prediction. */
const MODEL_LOADER = '/web/prediction/bundledModel.ts';
const BACKEND = '/engine/backends/wasm/index.ts';
const WEIGHTS = '.safetensors';

type Bundle = Rolldown.OutputBundle;
type Chunk = Rolldown.OutputChunk;

/** A chunk and those that it imports statically. */
function withImports(chunk: Chunk, bundle: Bundle, found = new Set<Chunk>()): Set<Chunk> {
  if (found.has(chunk)) return found;
  found.add(chunk);
  for (const name of chunk.imports) {
    const imported = bundle[name];
    if (imported.type === 'chunk') withImports(imported, bundle, found);
  }
  return found;
}

/**
 * The files that a page with this entry loads for its first prediction but does not import
 * statically: scripts, then weights. Empty for a page that loads no model at its start.
 *
 * @throws Error if the bundle has no weights or no backend
 */
export function filesToPreload(
  entry: Chunk,
  bundle: Bundle,
): { scripts: string[]; weights: string[] } {
  const contains = (chunk: Chunk, module: string): boolean =>
    chunk.moduleIds.some((id) => id.endsWith(module));
  const initial = withImports(entry, bundle);
  if (![...initial].some((chunk) => contains(chunk, MODEL_LOADER)))
    return { scripts: [], weights: [] };
  const weights = Object.keys(bundle).filter((name) => name.endsWith(WEIGHTS));
  const chunks = Object.values(bundle).filter((file): file is Chunk => file.type === 'chunk');
  // The chunk that a script imports: the backend itself, or a small one that exports parts of it.
  const backend =
    chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(BACKEND)) ??
    chunks.find((chunk) => contains(chunk, BACKEND));
  if (weights.length !== 1)
    throw new Error(`preloadModel: expected one model, got ${weights.length}`);
  if (backend === undefined) throw new Error(`preloadModel: no script contains ${BACKEND}`);
  const scripts = [...withImports(backend, bundle)].filter((chunk) => !initial.has(chunk));
  return { scripts: scripts.map(({ fileName }) => fileName), weights };
}

/** The plugin. Addresses are relative to the pages, which are all in one folder. */
export function preloadModel(): Plugin {
  return {
    name: 'inkgrad:preload-model',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_, { chunk, bundle }) {
        if (chunk === undefined || bundle === undefined) return [];
        const { scripts, weights } = filesToPreload(chunk, bundle);
        const link = (attrs: HtmlTagDescriptor['attrs']): HtmlTagDescriptor => ({
          tag: 'link',
          attrs: { ...attrs, crossorigin: true },
          injectTo: 'head',
        });
        return [
          ...scripts.map((name) => link({ rel: 'modulepreload', href: `./${name}` })),
          ...weights.map((name) => link({ rel: 'preload', as: 'fetch', href: `./${name}` })),
        ];
      },
    },
  };
}

// Counts live GPU objects by wrapping the browser's calls that create and delete them. Independent
// of the engine.

/** Live objects by kind, e.g. `{ Texture: 12, Program: 40 }`. */
export type LiveObjects = Readonly<Record<string, number>>;

const WEBGL_KINDS = [
  'Texture',
  'Framebuffer',
  'Renderbuffer',
  'Buffer',
  'VertexArray',
  'Program',
  'Shader',
  'Sampler',
  'Query',
  'TransformFeedback',
];

/**
 * Objects that WebGPU can delete; pipelines and bind groups own no memory and are
 * garbage-collected.
 */
const WEBGPU_KINDS = ['Buffer', 'Texture', 'QuerySet'] as const;

type Call = (this: unknown, ...args: unknown[]) => unknown;

/** Replaces a method by one that calls it and then `then`. Returns a function that restores it. */
export function wrap(
  owner: object,
  name: string,
  then: (receiver: unknown, result: unknown, args: unknown[]) => void,
): () => void {
  const methods = owner as Record<string, Call>;
  const original = methods[name];
  methods[name] = function (...args) {
    const result = original.apply(this, args);
    then(this, result, args);
    return result;
  };
  return () => {
    methods[name] = original;
  };
}

/** Starts counting; earlier objects are not counted. */
export function countObjects(): { readonly live: () => LiveObjects; readonly end: () => void } {
  const alive = new Map<string, Set<unknown>>();
  const of = (kind: string): Set<unknown> => {
    const known = alive.get(kind) ?? new Set();
    alive.set(kind, known);
    return known;
  };
  const undo: (() => void)[] = [];
  for (const kind of WEBGL_KINDS) {
    undo.push(
      wrap(WebGL2RenderingContext.prototype, `create${kind}`, (_, made) => of(kind).add(made)),
      wrap(WebGL2RenderingContext.prototype, `delete${kind}`, (_, __, [gone]) =>
        of(kind).delete(gone),
      ),
    );
  }
  const scope = globalThis as unknown as Record<string, { prototype: object } | undefined>;
  if (scope.GPUDevice !== undefined) {
    for (const kind of WEBGPU_KINDS) {
      undo.push(
        wrap(scope.GPUDevice.prototype, `create${kind}`, (_, made) => of(kind).add(made)),
        wrap(scope[`GPU${kind}`]!.prototype, 'destroy', (gone) => of(kind).delete(gone)),
      );
    }
  }
  return {
    live: () =>
      Object.fromEntries(
        [...alive].filter(([, set]) => set.size > 0).map(([kind, set]) => [kind, set.size]),
      ),
    end: () => undo.forEach((restore) => restore()),
  };
}

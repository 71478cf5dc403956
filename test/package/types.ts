// Compiles TypeScript files as a strict project would: no `skipLibCheck`, so that every declaration
// file of the package is checked too.

import ts from 'typescript';

/** How the project resolves modules. */
export const RESOLUTIONS = {
  NodeNext: {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
} as const;

/**
 * Compiles the files next to themselves; returns the errors.
 *
 * @param onlyProgram whether to trust the declaration files, and to write nothing
 */
export function compile(
  files: readonly string[],
  resolution: keyof typeof RESOLUTIONS,
  folder: string,
  { onlyProgram = false }: { readonly onlyProgram?: boolean } = {},
): string[] {
  const program = ts.createProgram([...files], {
    ...RESOLUTIONS[resolution],
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: [],
    typeRoots: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: false,
    skipLibCheck: onlyProgram,
    noEmit: onlyProgram,
    preserveSymlinks: false,
    rootDir: folder,
    outDir: folder,
  });
  const { diagnostics } = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map((diagnostic) => {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    return `${diagnostic.file?.fileName ?? ''}: ${message}`;
  });
}

// Loads an optional package with a native binary in Node, or explains why it cannot be used.
// The version is read before any code of the package runs: a faulty binary ends the process, which
// no `catch` can prevent.

import { BackendError } from '../../errors.js';

export interface OptionalPackage {
  readonly name: string;
  /** The exported function to load. */
  readonly exportName: string;
  /** Path or URL of the file that loads it; Node searches the `node_modules` folders above. */
  readonly from: string;
  /** A package, loaded by `from`, that loads it instead: the search starts in its folder. */
  readonly via?: string;
  /** Message prefix, e.g. `gpu (webgpu)`. */
  readonly caller: string;
  /** The command that installs a working version. */
  readonly install: string;
  /** Versions before `version` (`major.minor`) are rejected with the reason. */
  readonly oldest?: { readonly version: string; readonly reason: string };
}

/**
 * Loads a function of an optional package.
 *
 * @throws BackendError with the remedy, if the package is not installed, is too old or does not load
 */
export async function loadFunction(wanted: OptionalPackage): Promise<unknown> {
  const { name, exportName, via, caller, install, oldest } = wanted;
  // A build for browsers evaluates this condition and drops the rest.
  if (typeof process === 'undefined') {
    throw new BackendError(`${caller}: the package ${name} runs in Node only`);
  }
  const { createRequire } = await import('node:module');
  const { pathToFileURL } = await import('node:url');
  let label = name;
  try {
    let require = createRequire(wanted.from);
    const loader = via === undefined ? null : manifestOf(via, require);
    if (loader !== null) require = createRequire(loader);
    const manifest = manifestOf(name, require);
    if (manifest === null) {
      throw new BackendError(`${caller}: the package ${name} is not installed:  ${install}`);
    }
    const { version } = require(manifest) as { readonly version?: unknown };
    label = `${name} ${String(version)} in ${manifest.slice(0, -'/package.json'.length)}`;
    if (oldest !== undefined && isOlder(String(version), oldest.version)) {
      throw new BackendError(`${caller}: ${label} is too old: ${oldest.reason}:  ${install}`);
    }
    const entry = pathToFileURL(require.resolve(name)).href;
    const exports = (await import(/* @vite-ignore */ entry)) as Readonly<Record<string, unknown>>;
    const found = exports[exportName];
    if (typeof found !== 'function') throw new Error(`it does not export ${exportName}`);
    return found;
  } catch (error) {
    if (error instanceof BackendError) throw error;
    throw new BackendError(
      `${caller}: ${label} cannot be loaded: ${explain(error as Error, wanted)}`,
    );
  }
}

/** The path of a package's package.json; null if it is not installed. */
function manifestOf(name: string, require: NodeJS.Require): string | null {
  try {
    return require.resolve(`${name}/package.json`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** Compares the first two numbers of versions such as `0.2.9`. An unreadable version is older. */
function isOlder(version: string, oldest: string): boolean {
  const [rank, oldestRank] = [version, oldest].map((text) => {
    const [major, minor] = text.split('.').map(Number);
    return 1000 * major + minor;
  });
  return !(rank >= oldestRank);
}

/** The cause and the remedy; native packages fail in a few known ways. */
function explain({ message }: Error, { name, install }: OptionalPackage): string {
  if (message.includes('NODE_MODULE_VERSION')) {
    return `its binary was compiled for another version of Node; compile it again:  npm rebuild ${name}`;
  }
  if (message.includes('Could not locate the bindings file')) {
    return `its binary is missing; compile it:  npm rebuild ${name}`;
  }
  const [line] = message.split('\n');
  if (line.includes('GLIBC')) return `${line}; the binary requires a newer Linux`;
  return `${line}; install it again:  ${install}`;
}

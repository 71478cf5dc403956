// A project that uses the package as a stranger would: the packed files in node_modules, next to
// the packages that package.json declares, and nothing else.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What `npm pack` reports. */
export interface PackReport {
  readonly filename: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** A project that can import the package. */
export interface Project {
  readonly folder: string;
  /** Writes a file of the project and returns its path. */
  write(name: string, text: string): string;
  remove(): void;
}

/** A project with an installed copy of the package. */
export interface Consumer extends Project {
  readonly report: PackReport;
}

/** An empty project. */
function newProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'inkgrad-consumer-'));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  write('package.json', '{ "type": "module", "private": true }');
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A project in which `inkgrad` is this repository; faster than a packed copy. */
export function linkPackage(): Project {
  const project = newProject();
  const modules = join(project.folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(ROOT, join(modules, 'inkgrad'), 'dir');
  return project;
}

/** Packs the compiled package, without a new build: `npm test` has built it. */
function pack(folder: string): PackReport {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const output = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
  return (JSON.parse(output) as PackReport[])[0];
}

/**
 * Installs the packed package in an empty project.
 *
 * @param others packages that the project installs itself, besides those the package depends on
 */
export function installPackage(others: readonly string[] = []): Consumer {
  const project = newProject();
  const { folder } = project;
  const report = pack(folder);
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'inkgrad'), { recursive: true });
  const archive = join(folder, report.filename);
  execFileSync('tar', ['xzf', archive, '--strip-components=1', '-C', join(modules, 'inkgrad')]);
  rmSync(archive);
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), ...others]) {
    const link = join(modules, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link, 'dir');
  }
  return { ...project, report };
}

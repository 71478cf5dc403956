// Installs the npm packages and Node versions that only the comparison needs, with pinned versions,
// into bench/.peers. Their install scripts are not run.

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PEERS } from '../support/paths.js';

const run = promisify(execFile);

/** Exact versions, so that results are reproducible. Node is installed as a package too. */
const PACKAGES = {
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  '@jax-js/jax': '0.1.25',
  convnetjs: '0.3.0',
  'onnxruntime-web': '1.30.0',
  'onnxruntime-node': '1.30.0',
  node20: `npm:node-${process.platform}-${process.arch}@20.20.2`,
  node24: `npm:node-${process.platform}-${process.arch}@24.21.0`,
  node26: `npm:node-${process.platform}-${process.arch}@26.12.1`,
} as const;

export type PackageName = keyof typeof PACKAGES;
export type NodeMajor = 20 | 24 | 26;

/**
 * Installs missing packages.
 *
 * @throws Error with the reason why a package is unavailable
 */
export async function install(names: readonly PackageName[]): Promise<void> {
  mkdirSync(PEERS, { recursive: true });
  const manifest = join(PEERS, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
  for (const name of names) {
    if (existsSync(join(PEERS, 'node_modules', name, 'package.json'))) continue;
    process.stderr.write(`fetching ${name} ${PACKAGES[name]} ...\n`);
    const options = [
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--save-exact',
      '--loglevel=error',
    ];
    try {
      await run('npm', ['install', ...options, `${name}@${PACKAGES[name]}`], { cwd: PEERS });
    } catch (error) {
      throw new Error(`npm cannot install ${name}@${PACKAGES[name]}: ${firstLine(error)}`, {
        cause: error,
      });
    }
  }
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  return (stderr ?? message).trim().split('\n')[0];
}

/**
 * Loads an installed package. Its types are not installed with the project; the caller declares
 * what it uses.
 */
export function requirePeer(name: PackageName, path = ''): unknown {
  return createRequire(join(PEERS, 'package.json'))(name + path);
}

/** The version of an installed package. */
export function installedVersion(name: PackageName): string {
  const manifest = readFileSync(join(PEERS, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** The `node` program of a major version: the running one, or an installed one. */
export async function nodeProgram(major: NodeMajor): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  await install([`node${major}`]);
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(PEERS, 'node_modules', `node${major}`, 'bin', program);
}

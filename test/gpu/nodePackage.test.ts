// The packages webgpu and gl in Node: which installed package is used, and the error for one that is
// missing, too old or damaged. Fake packages in a temporary folder; no GPU is needed.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { prepareHost } from '../../src/engine/backends/gpu/nodeHost.js';
import { BackendError } from '../../src/engine/errors.js';

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'inkgrad-packages-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(project, { recursive: true });
});

/** Writes a package into the project; `folder` is its path in the project's `node_modules`. */
async function install(
  folder: string,
  { version, code }: { readonly version: string; readonly code: string | undefined },
): Promise<string> {
  const path = join(project, 'node_modules', folder);
  await mkdir(path, { recursive: true });
  const type = folder.endsWith('webgpu') ? 'module' : 'commonjs';
  const manifest = { name: folder.split('/').at(-1), version, type, main: 'index.js' };
  await writeFile(join(path, 'package.json'), JSON.stringify(manifest));
  if (code !== undefined) await writeFile(join(path, 'index.js'), code);
  return path;
}

/** Prepares a mode as inkgrad does when it is installed in the project. */
const prepare = (mode: 'webgpu' | 'headlessgl'): Promise<() => void> =>
  prepareHost(mode, join(project, 'node_modules/inkgrad/dist/src/engine/backends/gpu/nodeHost.js'));

/** The error message of `prepare`. */
async function failure(mode: 'webgpu' | 'headlessgl'): Promise<string> {
  const error: unknown = await prepare(mode).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BackendError);
  return (error as Error).message;
}

const gpuOf = (): unknown => (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu;

const WORKS = 'export const create = (options) => ({ madeWith: options });';
const CRASHES = 'throw new Error("this code must not run");';
const INSTALL_WEBGPU = 'npm install gpu.js@2.24.1 webgpu@0.6.2';

describe('the package webgpu', () => {
  it.each(['0.6.0', '0.6.2', '0.10.1', '1.0.0'])('%s provides navigator.gpu', async (version) => {
    await install('webgpu', { version, code: WORKS });
    const cleanup = await prepare('webgpu');
    expect(gpuOf()).toEqual({ madeWith: [] });
    cleanup();
    expect(gpuOf()).toBeUndefined();
  });

  it('provides navigator.gpu until its last user ends', async () => {
    await install('webgpu', { version: '0.6.2', code: WORKS });
    const [first, second] = await Promise.all([prepare('webgpu'), prepare('webgpu')]);
    const gpu = gpuOf();
    first();
    const third = await prepare('webgpu');
    second();
    expect(gpuOf()).toBe(gpu);
    third();
    expect(gpuOf()).toBeUndefined();
  });

  it('is not loaded if the host has navigator.gpu', async () => {
    await install('webgpu', { version: '0.2.9', code: CRASHES });
    const navigator = ((globalThis as { navigator?: object }).navigator ??= {});
    Object.defineProperty(navigator, 'gpu', { value: 'built in', configurable: true });
    (await prepare('webgpu'))();
    expect(gpuOf()).toBe('built in');
    delete (navigator as { gpu?: unknown }).gpu;
  });

  it('is missing', async () => {
    expect(await failure('webgpu')).toBe(
      `gpu (webgpu): the package webgpu is not installed:  ${INSTALL_WEBGPU}`,
    );
  });

  it("is missing if only gpu.js's own copy exists, which is never loaded", async () => {
    await install('gpu.js', { version: '2.24.1', code: '' });
    await install('gpu.js/node_modules/webgpu', { version: '0.2.9', code: CRASHES });
    expect(await failure('webgpu')).toContain('webgpu is not installed');
    await install('webgpu', { version: '0.6.2', code: WORKS });
    (await prepare('webgpu'))();
  });

  it.each(['0.2.9', '0.2.12', '0.3.0', '0.5.9'])('%s is rejected unloaded', async (version) => {
    const folder = await install('webgpu', { version, code: CRASHES });
    expect(await failure('webgpu')).toBe(
      `gpu (webgpu): webgpu ${version} in ${folder} is too old: versions before 0.6 can crash ` +
        'Node (gpu.js depends on 0.2.9); install a newer one next to inkgrad:  ' +
        INSTALL_WEBGPU,
    );
  });

  it.each([
    {
      title: 'no program',
      code: undefined,
      cause: /Cannot find .*; install it again: {2}npm install gpu\.js@2\.24\.1 webgpu@0\.6\.2$/,
    },
    {
      title: 'another program',
      code: 'export const make = 1;',
      cause: /it does not export create; install it again: {2}npm install /,
    },
    {
      title: 'a binary for a newer Linux',
      code: 'throw new Error("libc.so.6: version `GLIBC_2.99\' not found (required by dawn.node)");',
      cause: /version `GLIBC_2\.99' not found .*; the binary requires a newer Linux$/,
    },
  ])('is damaged: $title', async ({ code, cause }) => {
    const folder = await install('webgpu', { version: '0.6.2', code });
    const message = await failure('webgpu');
    expect(message).toContain(`gpu (webgpu): webgpu 0.6.2 in ${folder} cannot be loaded: `);
    expect(message).toMatch(cause);
  });

  it.each(['{ "version": ', '{}', ''])('has a damaged package.json: %j', async (manifest) => {
    const folder = await install('webgpu', { version: '0.6.2', code: CRASHES });
    await writeFile(join(folder, 'package.json'), manifest);
    const message = await failure('webgpu');
    expect(message).toContain(folder);
    expect(message).toContain(INSTALL_WEBGPU);
  });

  it('does not start', async () => {
    const code = 'export const create = () => { throw new Error("no backend"); };';
    await install('webgpu', { version: '0.6.2', code });
    expect(await failure('webgpu')).toBe('gpu (webgpu): webgpu does not start: no backend');
    expect(gpuOf()).toBeUndefined();
  });
});

describe('the package gl', () => {
  const GL_WORKS = 'module.exports = () => null;';

  it.each(['gl', 'gpu.js/node_modules/gl'])('is the one that gpu.js loads: %s', async (folder) => {
    vi.stubEnv('DISPLAY', ':0');
    await install('gpu.js', { version: '2.24.1', code: '' });
    await install(folder, { version: '8.1.6', code: GL_WORKS });
    (await prepare('headlessgl'))();
  });

  it('requires a display on Linux', async () => {
    vi.stubEnv('DISPLAY', undefined);
    vi.stubEnv('WAYLAND_DISPLAY', undefined);
    await install('gl', { version: '8.1.6', code: GL_WORKS });
    if (process.platform === 'linux') {
      expect(await failure('headlessgl')).toContain('run the command under  xvfb-run');
    } else {
      (await prepare('headlessgl'))();
    }
  });

  it('is missing', async () => {
    expect(await failure('headlessgl')).toMatch(
      /^gpu \(headlessgl\): the package gl is not installed: {2}npm install gpu\.js@2\.24\.1 gl@8\.1\.6 /,
    );
  });

  it.each([
    {
      title: 'compiled for another Node',
      error:
        "The module '/a/webgl.node'\\nwas compiled against a different Node.js version using\\n" +
        'NODE_MODULE_VERSION 115.',
      cause: 'compiled for another version of Node; compile it again:  npm rebuild gl',
    },
    {
      title: 'not compiled',
      error: 'Could not locate the bindings file. Tried:\\n → /a/build/webgl.node',
      cause: 'its binary is missing; compile it:  npm rebuild gl',
    },
  ])('is damaged: $title', async ({ error, cause }) => {
    const code = `throw new Error(${JSON.stringify(error).replaceAll('\\\\n', '\\n')});`;
    const folder = await install('gl', { version: '8.1.6', code });
    expect(await failure('headlessgl')).toContain(
      `gpu (headlessgl): gl 8.1.6 in ${folder} cannot be loaded: its binary `,
    );
    expect(await failure('headlessgl')).toContain(cause);
  });
});

// Releases the memory of a kernel's last output, which gpu.js keeps after the output was deleted.
// gpu.js has no function for this except to destroy the kernel, which would have to be compiled
// again. The fields are those that gpu.js 2.24.1 itself changes when it replaces an output.

import type { LibraryKernel } from './library.js';

/** Releases the kept memory, if there is any. The next run of the kernel allocates an output. */
export function releaseKeptOutput({ kernel }: LibraryKernel): void {
  const { outputBuffer, texture, context: gl } = kernel;
  if (outputBuffer !== undefined && outputBuffer !== null) {
    outputBuffer._refs -= 1;
    if (outputBuffer._refs === 0) outputBuffer.destroy();
    kernel.outputBuffer = null;
    kernel.bindGroupDirty = true;
    return;
  }
  const kept = texture?.texture;
  // More than one reference: an argument of the next run.
  if (texture === undefined || texture === null || kept?._refs !== 1 || !gl) return;
  // WebGL keeps the memory of a texture as long as it is attached to a framebuffer.
  gl.bindFramebuffer(gl.FRAMEBUFFER, kernel.framebuffer ?? null);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, null, 0);
  kernel.deleteTexture?.(kept);
  // gpu.js replaces an output that is in use elsewhere, so two references make the next run allocate.
  texture.texture = { _refs: 2 };
}

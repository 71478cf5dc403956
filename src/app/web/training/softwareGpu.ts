// Refuses batches that a GPU in software cannot compute in a reasonable time.

import { BackendError } from '../../../engine/errors.js';
import { isSoftwareGpu, type DeviceReport } from '../../device/device.js';
import type { Settings } from './settings.js';

/** A step of 64 images takes minutes. */
const MAX_BATCH = 8;

/** @throws BackendError if the batch is too large for the device */
export function checkSoftwareGpu(device: DeviceReport, { batchSize }: Settings): void {
  if (!isSoftwareGpu(device) || batchSize <= MAX_BATCH) return;
  throw new BackendError(
    `training: this browser computes ${device.chosen} in software, where a step of ${batchSize} images ` +
      `takes minutes; choose the CPU, or a batch size of ${MAX_BATCH}`,
  );
}

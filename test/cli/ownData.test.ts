// Own data in every layout, from training to prediction, on the command line.

import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { LAYOUTS, smallData } from '../support/dataLayouts.js';
import { onnxLogits } from '../support/onnxruntime.js';
import { temporaryFolder } from '../data/support.js';
import { inkgrad, inkgradProcess, jsonLines } from './support.js';

const data = smallData(3, 8);
const TRAIN = 'train --epochs 1 --batch-size 8 --backend wasm --threads 1 --quiet';

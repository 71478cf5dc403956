// The differential tests on the reference backend, in float64 and float32.

import { oracle, reference32 } from '../support/backends.js';
import { differentialSuite } from './suite.js';

differentialSuite([oracle, reference32]);

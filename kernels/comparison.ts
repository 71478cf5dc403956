// Elementwise comparisons and logical functions: 1 where a relation holds, 0 elsewhere. As in IEEE 754, NaN is unequal to
// everything and not ordered. a > b is b < a, so four kernels cover all six relations.

import { kernel } from './kernel.js';

export const eq = kernel('eq', ['a', 'b'], [], function (a, b) {
  let flag = 0;
  if (a[this.thread.x] === b[this.thread.x]) {
    flag = 1;
  }
  return flag;
});

export const ne = kernel('ne', ['a', 'b'], [], function (a, b) {
  let flag = 1;
  if (a[this.thread.x] === b[this.thread.x]) {
    flag = 0;
  }
  return flag;
});

export const lt = kernel('lt', ['a', 'b'], [], function (a, b) {
  let flag = 0;
  if (a[this.thread.x] < b[this.thread.x]) {
    flag = 1;
  }
  return flag;
});

export const le = kernel('le', ['a', 'b'], [], function (a, b) {
  let flag = 0;
  if (a[this.thread.x] <= b[this.thread.x]) {
    flag = 1;
  }
  return flag;
});

/** 1 where neither operand is 0. */
export const logicalAnd = kernel('logicalAnd', ['a', 'b'], [], function (a, b) {
  let flag = 1;
  if (a[this.thread.x] === 0 || b[this.thread.x] === 0) {
    flag = 0;
  }
  return flag;
});

/** 0 where both operands are 0. */
export const logicalOr = kernel('logicalOr', ['a', 'b'], [], function (a, b) {
  let flag = 1;
  if (a[this.thread.x] === 0 && b[this.thread.x] === 0) {
    flag = 0;
  }
  return flag;
});

export const logicalNot = kernel('logicalNot', ['x'], [], function (x) {
  let flag = 0;
  if (x[this.thread.x] === 0) {
    flag = 1;
  }
  return flag;
});

/** 1 for NaN. Two comparisons, because GPU compilers assume value === value. */
export const isnan = kernel('isnan', ['x'], [], function (x) {
  let flag = 1;
  if (x[this.thread.x] <= 0) {
    flag = 0;
  }
  if (x[this.thread.x] > 0) {
    flag = 0;
  }
  return flag;
});

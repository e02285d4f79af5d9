import { expect, it } from 'vitest';
import { zoomBy, zoomOf } from './zoom.ts';

it('zooms in steps between its ends, and takes only its own steps from an address', () => {
  expect([zoomBy(1, -1), zoomBy(1, 1), zoomBy(16, 1), zoomBy(32, 1), zoomBy(4, -1)]).toEqual([1, 2, 32, 32, 2]);
  expect([zoomOf(undefined), zoomOf('8'), zoomOf('3'), zoomOf('x')]).toEqual([1, 8, 1, 1]);
});

import { Cell } from '../live/store.ts';

export type Density = 'compact' | 'comfortable';

const stored = 'parley.density';
/** What "comfortable" adds to a row, in pixels; the same as `--row-more`. */
const more = 8;

export const density = new Cell<Density>('compact');

export function setDensity(next: Density): void {
  try {
    localStorage.setItem(stored, next);
  } catch {
    // Then it lasts until the page is closed.
  }
  density.set(next);
  apply();
}

export function startDensity(): void {
  try {
    if (localStorage.getItem(stored) === 'comfortable') density.set('comfortable');
  } catch {
    // Compact, then.
  }
  apply();
}

/** What is added to the height of a row. */
export const rowMore = (chosen: Density): number => (chosen === 'comfortable' ? more : 0);

function apply(): void {
  document.documentElement.classList.toggle('comfortable', density.get() === 'comfortable');
}

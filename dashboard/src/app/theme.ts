import { Cell } from '../live/store.ts';

export type Theme = 'system' | 'light' | 'dark';

const stored = 'parley.theme';
const isDark = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-color-scheme: dark)');

export const theme = new Cell<Theme>('system');

export function setTheme(next: Theme): void {
  try {
    localStorage.setItem(stored, next);
  } catch {
    // Then it lasts until the page is closed.
  }
  theme.set(next);
  apply();
}

export function startTheme(): void {
  try {
    const kept = localStorage.getItem(stored);
    if (kept === 'light' || kept === 'dark') theme.set(kept);
  } catch {
    // The system's, then.
  }
  isDark?.addEventListener('change', apply);
  apply();
}

function apply(): void {
  const chosen = theme.get();
  document.documentElement.classList.toggle('dark', chosen === 'dark' || (chosen === 'system' && !!isDark?.matches));
}

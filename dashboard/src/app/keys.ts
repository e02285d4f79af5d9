import { useEffect, useRef } from 'react';
import { Cell } from '../live/store.ts';

/** A key as pages name it: `j`, `?`, `Enter`, `Shift+P`, `Ctrl+K`. */
export type Keys = Readonly<Record<string, ((event: KeyboardEvent) => void) | undefined>>;

const stored = 'parley.keys';

/** Whether single keys do anything. Some people cannot use them, and speech input sets them off. */
export const singleKeys = new Cell(readStored());

function readStored(): boolean {
  try {
    return localStorage.getItem(stored) !== 'off';
  } catch {
    return true;
  }
}

export function setSingleKeys(isOn: boolean): void {
  localStorage.setItem(stored, isOn ? 'on' : 'off');
  singleKeys.set(isOn);
}

const stack: { current: Keys }[] = [];
let isListening = false;
let goDue = 0;

function isField(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  // A checkbox is none: whoever has ticked one goes on with keys.
  return !!element?.closest?.(
    'input:not([type="checkbox"]), textarea, select, [contenteditable], [role="menu"], [role="dialog"], [role="alertdialog"]',
  );
}

export function nameOf({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): string {
  if (ctrlKey || metaKey) return `Ctrl+${key.length === 1 ? key.toUpperCase() : key}`;
  if (altKey) return `Alt+${key}`;
  if (key === ' ') return 'Space';
  if (shiftKey && /^[a-z]$/i.test(key)) return `Shift+${key.toUpperCase()}`;
  if (shiftKey && key.length > 1) return `Shift+${key}`;
  return key.length === 1 ? key.toLowerCase() : key;
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  const isPlain = !name.startsWith('Ctrl+') && name !== 'Escape';
  if (isPlain && (isField(event.target) || !singleKeys.get())) return;
  // A button or link that has the focus keeps its own keys.
  if ((name === 'Enter' || name === 'Space') && (event.target as HTMLElement).closest?.('a, button, input, [role="button"], [role="tab"]'))
    return;
  const sequence = isPlain && Date.now() < goDue ? `g ${name}` : name;
  goDue = name === 'g' && isPlain ? Date.now() + 1500 : 0;
  for (const keys of [...stack].reverse()) {
    const act = keys.current[sequence];
    if (!act) continue;
    event.preventDefault();
    act(event);
    return;
  }
}

/** What keys do while this is on screen. The part that came last is asked first. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    if (!isListening) {
      isListening = true;
      document.addEventListener('keydown', onKey);
    }
    stack.push(current);
    return () => void stack.splice(stack.indexOf(current), 1);
  }, []);
}

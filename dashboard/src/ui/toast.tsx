import { useEffect } from 'react';
import { Cell, useCell } from '../live/store.ts';
import { Button } from './button.tsx';

interface Note {
  readonly text: string;
  readonly isBad?: boolean;
  readonly action?: { label: string; run: () => void };
}

const current = new Cell<Note | null>(null);
const stays = 5000;

/** Says something for five seconds, at the foot of the page and to screen readers. */
export function say(note: Note | string): void {
  current.set(typeof note === 'string' ? { text: note } : note);
}

export function Toasts() {
  const note = useCell(current);
  useEffect(() => {
    if (!note) return;
    const timer = setTimeout(() => current.set(null), stays);
    return () => clearTimeout(timer);
  }, [note]);
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex justify-center md:bottom-6">
      {note && (
        <div className="pointer-events-auto flex animate-appear items-center gap-3 rounded-lg border bg-popover px-3 py-2 shadow-float">
          <span className={note.isBad ? 'text-bad' : ''}>{note.text}</span>
          {note.action && (
            <Button
              size="small"
              onClick={() => {
                note.action!.run();
                current.set(null);
              }}
            >
              {note.action.label}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

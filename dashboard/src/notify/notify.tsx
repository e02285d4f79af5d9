import { Bell, BellOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useGo } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import { Cell, useCell } from '../live/store.ts';
import { useOpenQuestions, useOpenStorms } from '../parts/attention.ts';
import { useNames } from '../parts/people.ts';
import { IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { say } from '../ui/toast.tsx';
import { notesOf, Teller, type Note } from './notes.ts';

const stored = 'parley.notify';
const isThere = typeof Notification !== 'undefined';

/** Whether the person wants to be told, and the browser allows it. */
const isOn = new Cell(isThere && Notification.permission === 'granted' && readStored());

function readStored(): boolean {
  try {
    return localStorage.getItem(stored) === 'on';
  } catch {
    return false;
  }
}

function keep(on: boolean): void {
  try {
    localStorage.setItem(stored, on ? 'on' : 'off');
  } catch {
    // Then it lasts until the page is closed.
  }
  isOn.set(on);
}

async function turn(on: boolean): Promise<void> {
  if (!on) return keep(false);
  if ((await Notification.requestPermission()) === 'granted') {
    keep(true);
    say('Your browser will tell you of questions and storms while you look elsewhere.');
  } else {
    keep(false);
    say({ text: 'Your browser allows no notifications from here. Change that in its settings for this site.', isBad: true });
  }
}

/** The switch. The browser is asked only when it is turned on. */
export function NotifySwitch() {
  const on = useCell(isOn);
  if (!isThere) return null;
  const Icon = on ? Bell : BellOff;
  return (
    <IconButton
      label="Browser notifications"
      title={on ? 'Browser notifications of questions and storms are on' : 'Browser notifications are off'}
      role="switch"
      aria-checked={on}
      onClick={() => void turn(!on)}
    >
      <Icon {...icon} />
    </IconButton>
  );
}

/** Tells of questions and storms that come while the person looks elsewhere. */
export function Notify() {
  const { questions, storms } = useLive();
  const open = useOpenQuestions();
  const held = useOpenStorms();
  const names = useNames();
  const go = useGo();
  const show = useRef<(note: Note) => Notification | null>(() => null);
  show.current = ({ tag, title, body, path }) => {
    if (!isOn.get() || (document.visibilityState === 'visible' && document.hasFocus())) return null;
    try {
      const shown = new Notification(title, { tag, body, icon: '/favicon.svg' });
      shown.onclick = () => {
        window.focus();
        go(path);
        shown.close();
      };
      return shown;
    } catch {
      // Some browsers of phones show them only from a service worker.
      return null;
    }
  };
  const teller = useRef<Teller<Notification>>(undefined);
  teller.current ??= new Teller(
    (note) => show.current(note),
    (shown) => shown.close(),
  );
  const areLoaded = questions.isLoaded && storms.isLoaded;
  useEffect(() => {
    if (areLoaded) teller.current!.update(notesOf(open, held, names));
  }, [open, held, names, areLoaded]);
  return null;
}

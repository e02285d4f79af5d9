import { Bell, BellOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useGo } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import { Cell, useCell } from '../live/store.ts';
import { useOpenQuestions, useOpenStorms } from '../parts/attention.ts';
import { useNames } from '../parts/people.ts';
import { Button, IconButton } from '../ui/button.tsx';
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

/** Whether the person is told, and what turns that on or off; null in a browser that cannot. The browser is asked only when it is turned on. */
export function useNotifySwitch(): { isOn: boolean; turn: () => void } | null {
  const on = useCell(isOn);
  return isThere ? { isOn: on, turn: () => void turn(!on) } : null;
}

/** The switch, as an icon or with words. */
export function NotifySwitch({ words }: { words?: string }) {
  const notify = useNotifySwitch();
  if (!notify) return null;
  const Icon = notify.isOn ? Bell : BellOff;
  const rest = {
    title: notify.isOn ? 'Browser notifications of questions and storms are on' : 'Browser notifications are off',
    role: 'switch',
    'aria-checked': notify.isOn,
    onClick: notify.turn,
  };
  return words ? (
    <Button look="ghost" icon={<Icon {...icon} />} {...rest}>
      {words}
    </Button>
  ) : (
    <IconButton label="Browser notifications" {...rest}>
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

import { Link2, Radio } from 'lucide-react';
import { useCell } from '../live/store.ts';
import { useNow } from '../live/clock.ts';
import { clockSeconds, day, span } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { say } from '../ui/toast.tsx';
import type { Player } from './player.ts';

/** While one does not look at the present: which moment it is. */
export function MomentBar({ player }: { player: Player }) {
  const time = useCell(player.time);
  const now = useNow();
  if (time === null) return null;
  const isToday = new Date(time).toDateString() === new Date(now).toDateString();
  return (
    <p className="flex min-h-7 shrink-0 items-center gap-1.5 border-b bg-accent-soft px-4 text-xs">
      <span className="shrink-0 font-medium text-accent">
        You see {isToday ? '' : `${day(time)}, `}
        {clockSeconds(time)}
      </span>
      <span className="truncate text-foreground-2">
        {span(now - time)} ago. Nothing can be done here until you go {player.isOver ? 'to the end' : 'live'}.
      </span>
    </p>
  );
}

/** For the head of the page: a link to this moment, and back to the present. */
export function MomentButtons({ player }: { player: Player }) {
  const place = useCell(player.place);
  const copy = () => void navigator.clipboard?.writeText(location.href).then(() => say('Link to this moment copied'));
  return (
    <>
      <Button look="ghost" icon={<Link2 {...icon} />} onClick={copy} className="max-lg:hidden">
        Copy this moment
      </Button>
      <Button
        icon={<Radio {...icon} />}
        keys="End"
        disabled={place === null}
        onClick={() => player.live()}
        className="max-md:[&_kbd]:hidden"
      >
        {player.isOver ? (place === null ? 'At the end' : 'Go to the end') : place === null ? 'Live' : 'Go live'}
      </Button>
    </>
  );
}

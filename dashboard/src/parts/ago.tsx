import { now as clockNow, useNow } from '../live/clock.ts';
import { exact, moment, span } from './times.ts';

interface Props {
  time: string | null | undefined;
  /** With "ago" after it. */
  isSentence?: boolean;
  className?: string;
}

/** How long ago, in words; the exact time on hover and to machines. */
export function Ago({ time, isSentence, className }: Props) {
  const at = time ? Date.parse(time) : NaN;
  const isYoung = clockNow() - at < 60_000;
  const now = useNow(isYoung);
  if (Number.isNaN(at)) return null;
  const age = now - at;
  const text = age < 1000 ? 'now' : isSentence ? `${span(age)} ago` : span(age);
  return (
    <time dateTime={time!} title={exact(at)} className={className}>
      {text}
    </time>
  );
}

/** A moment of the day, with its day where it is not today. */
export function At({ time, className }: { time: string; className?: string }) {
  const at = Date.parse(time);
  const now = useNow();
  return (
    <time dateTime={time} title={exact(at)} className={className}>
      {moment(at, now)}
    </time>
  );
}

/** How long until, and a word for when it is over. */
export function Left({ time, className }: { time: string; className?: string }) {
  const at = Date.parse(time);
  const now = useNow(at - clockNow() < 60_000);
  return (
    <time dateTime={time} title={exact(at)} className={className}>
      {at > now ? `${span(at - now)} left` : `${span(now - at)} late`}
    </time>
  );
}

const space = '\u00a0';

/** A span in words: "35 s", "6 min", "1 h 26 min", "3 d 4 h". A number and its unit stay together. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}${space}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${space}min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours}${space}h ${minutes % 60}${space}min` : `${hours}${space}h`;
  const days = Math.floor(hours / 24);
  return hours % 24 && days < 7 ? `${days}${space}d ${hours % 24}${space}h` : `${days}${space}d`;
}

/** A short span, to a tenth of a second: "0.4 s", "41 s". */
export function precise(milliseconds: number): string {
  if (milliseconds < 1000)
    return milliseconds < 100 ? `${Math.max(0, Math.round(milliseconds))}${space}ms` : `${(milliseconds / 1000).toFixed(1)}${space}s`;
  return milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)}${space}s` : span(milliseconds);
}

const language = typeof navigator === 'undefined' ? 'en-US' : navigator.language;
const has12Hours = new Intl.DateTimeFormat(language, { hour: 'numeric' }).resolvedOptions().hour12 === true;
const hour = has12Hours ? 'numeric' : '2-digit';
const formats = {
  clock: new Intl.DateTimeFormat(language, { hour, minute: '2-digit' }),
  seconds: new Intl.DateTimeFormat(language, { hour, minute: '2-digit', second: '2-digit' }),
  day: new Intl.DateTimeFormat('en', { weekday: 'short', day: 'numeric', month: 'short' }),
  exact: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }),
};

export const clock = (time: number): string => formats.clock.format(time);
export const clockSeconds = (time: number): string => formats.seconds.format(time);
export const exact = (time: number): string => formats.exact.format(time);
export const day = (time: number): string => formats.day.format(time);

/** To the millisecond, always with 24 hours: for comparing stages. */
export function clockMillis(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** With the day if it is not today's. */
export function moment(time: number, now: number): string {
  const days = Math.round((startOfDay(time) - startOfDay(now)) / 86_400_000);
  if (days === 0) return clock(time);
  if (days === 1) return `tomorrow ${clock(time)}`;
  if (days === -1) return `yesterday ${clock(time)}`;
  return `${day(time)}, ${clock(time)}`;
}

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

export const number = (value: number): string => value.toLocaleString('en-US');
export const plural = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`;

import { Cell } from '../live/store.ts';
import type { Message } from '../live/types.ts';
import { addressOf } from '../parts/address.ts';
import { clockSeconds } from '../parts/times.ts';
import { say } from '../ui/toast.tsx';

/** What a key asked for of a message that is only just being opened. */
export interface Wish {
  readonly id: string;
  readonly what: 'reply' | 'react';
}

export const wish = new Cell<Wish | null>(null);

/** The address of a message. */
export function linkOf(id: string): string {
  const link = new URL(location.href);
  link.pathname = link.pathname.replace(/^(\/p\/[^/]+)\/.*$/, `$1/messages/${id}`);
  link.search = '';
  link.hash = '';
  return link.href;
}

export function copyLinks(ids: readonly string[]): void {
  copy(ids.map(linkOf).join('\n'), ids.length === 1 ? 'Link copied' : `${ids.length} links copied`);
}

/** Messages as lines of text: when, who to whom, and what. */
export function copyText(messages: readonly Message[], nameOf: (id: string) => string): void {
  const lines = messages.map(({ timestamp, sender_id, to, content, payload }) => {
    const all = (typeof to === 'string' ? [to] : to).map((one) => (addressOf(one).kind === 'agent' ? nameOf(one) : one)).join(', ');
    return `${clockSeconds(Date.parse(timestamp))} ${nameOf(sender_id)} to ${all}: ${content ?? JSON.stringify(payload ?? '')}`;
  });
  copy(lines.join('\n'), messages.length === 1 ? 'Message copied' : `${messages.length} messages copied`);
}

function copy(text: string, done: string): void {
  const refused = () => say({ text: 'Your browser does not let this page copy.', isBad: true });
  if (!navigator.clipboard) return refused();
  navigator.clipboard.writeText(text).then(() => say(done), refused);
}

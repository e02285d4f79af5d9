import type { Message, SendRequest } from '../live/types.ts';

/** What a person has written and not sent. */
export interface Draft {
  readonly to: readonly string[];
  readonly text: string;
  readonly type: string;
  /** Whether a reply is expected; '' for what follows from the type. */
  readonly intent: '' | 'inform' | 'request';
  readonly priority: number;
  /** As a `SendRequest` names it; '' for what follows from the priority. */
  readonly surface: string;
  /** JSON as it was typed; '' for none. */
  readonly payload: string;
  /** Seconds from now, or a moment as `<input type="datetime-local">` writes it; '' for at once. */
  readonly delay: string;
  /** In seconds; '' for as long as the project says. */
  readonly life: string;
}

export const blank: Draft = { to: [], text: '', type: 'text', intent: '', priority: 2, surface: '', payload: '', delay: '', life: '' };

const asking = new Set(['question', 'request', 'task_assignment', 'code_review_request']);

/** Whether a reply is expected to a draft. */
export const intentOf = ({ intent, type }: Draft): 'inform' | 'request' => intent || (asking.has(type) ? 'request' : 'inform');

/** When a recipient's program shows it to the model: as chosen, or as follows from the priority. */
export const surfaceOf = ({ surface, priority }: Pick<Draft, 'surface' | 'priority'>): string =>
  surface || (['', 'pull', 'when_idle', 'next_boundary', 'interrupt'][priority] ?? 'when_idle');

/** When a draft is to be delivered, in milliseconds; undefined to deliver it at once, or if the text is not a time. */
export function deliverAt({ delay }: Draft, now: number): number | undefined {
  if (delay === '') return undefined;
  const time = /^\d+$/.test(delay) ? now + Number(delay) * 1000 : Date.parse(delay);
  return Number.isNaN(time) ? undefined : time;
}

/** Where a message belongs. */
export interface Place {
  readonly thread?: string | undefined;
  readonly replyTo?: Message | undefined;
}

/** What is sent for a draft. Its payload must be JSON. */
export function requestOf(draft: Draft, { thread, replyTo }: Place, now: number): SendRequest {
  const { to, text, type, priority, surface, payload, life } = draft;
  const at = deliverAt(draft, now);
  return {
    to: to.length === 1 ? to[0]! : [...to],
    content: text.trim() === '' ? null : text,
    message_type: type,
    priority,
    intent: intentOf(draft),
    ...(surface ? { surface: surface as NonNullable<SendRequest['surface']> } : {}),
    ...(payload.trim() ? { payload: JSON.parse(payload) as unknown } : {}),
    ...(at === undefined ? {} : { deliver_at: new Date(at).toISOString() }),
    ...(life ? { ttl_seconds: Number(life) } : {}),
    ...(thread ? { conversation_thread_id: thread } : {}),
    ...(replyTo ? { reply_to: replyTo.message_id } : {}),
  };
}

const prefix = 'parley.draft.';

/** Drafts, by thread or recipient, kept in this browser. */
export const drafts = {
  read(name: string): Partial<Draft> {
    try {
      return draftOf(localStorage.getItem(prefix + name));
    } catch {
      return {};
    }
  },
  /** Keeps it; one without text or payload is forgotten. */
  write(name: string, draft: Draft): void {
    try {
      if (draft.text || draft.payload) localStorage.setItem(prefix + name, JSON.stringify(draft));
      else localStorage.removeItem(prefix + name);
    } catch {
      // Then it lasts as long as the page.
    }
  },
};

/** The draft that the browser kept, without fields that a draft does not have. */
export function draftOf(kept: string | null): Partial<Draft> {
  if (kept === null) return {};
  const value = JSON.parse(kept) as Record<string, unknown> | null;
  const draft: Record<string, unknown> = {};
  for (const [field, plain] of Object.entries(blank)) {
    const one = value?.[field];
    if (Array.isArray(plain) ? Array.isArray(one) && one.every((to) => typeof to === 'string') : typeof one === typeof plain)
      draft[field] = one;
  }
  return draft as Partial<Draft>;
}

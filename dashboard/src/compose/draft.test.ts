import { describe, expect, it } from 'vitest';
import { blank, deliverAt, draftOf, intentOf, requestOf } from './draft.ts';

const now = Date.parse('2026-11-28T09:00:00Z');

describe('A draft', () => {
  it('is sent with what was chosen, and without what was not', () => {
    expect(requestOf({ ...blank, to: ['be'], text: 'Hello' }, {}, now)).toEqual({
      to: 'be',
      content: 'Hello',
      message_type: 'text',
      priority: 2,
      intent: 'inform',
    });
    const full = {
      ...blank,
      to: ['be', 'squad:a'],
      payload: ' {"a": 1} ',
      delay: '600',
      life: '3600',
      surface: 'pull',
      intent: 'request',
    } as const;
    expect(requestOf(full, { thread: 't' }, now)).toEqual({
      to: ['be', 'squad:a'],
      content: null,
      message_type: 'text',
      priority: 2,
      intent: 'request',
      surface: 'pull',
      payload: { a: 1 },
      deliver_at: '2026-11-28T09:10:00.000Z',
      ttl_seconds: 3600,
      conversation_thread_id: 't',
    });
  });

  it('expects a reply to what asks, unless it says otherwise', () => {
    expect(intentOf({ ...blank, type: 'question' })).toBe('request');
    expect(intentOf({ ...blank, type: 'question', intent: 'inform' })).toBe('inform');
    expect(intentOf(blank)).toBe('inform');
  });

  it('goes out at a moment, after a while, or at once', () => {
    expect(deliverAt({ ...blank, delay: '' }, now)).toBeUndefined();
    expect(deliverAt({ ...blank, delay: '60' }, now)).toBe(now + 60_000);
    expect(deliverAt({ ...blank, delay: '2026-11-29T08:00' }, now)).toBe(new Date(2026, 10, 29, 8).getTime());
    expect(deliverAt({ ...blank, delay: 'soon' }, now)).toBeUndefined();
  });

  it('is read back as it was kept, without fields that a draft does not have', () => {
    const draft = { ...blank, to: ['be'], text: 'x' };
    expect(draftOf(JSON.stringify(draft))).toEqual(draft);
    expect(draftOf(JSON.stringify({ text: 3, to: [1], payload: '{}' }))).toEqual({ payload: '{}' });
    expect(draftOf(null)).toEqual({});
  });
});

import { expect, it } from 'vitest';
import type { Message } from '../live/types.ts';
import { readerNow } from './readiness.ts';
import { requestOf } from './request.ts';

it('calls a reader connected only if it could take what is requeued', () => {
  const now = (name: Parameters<typeof readerNow>[1]['name']) => readerNow({ name: 'Kaito' }, { name });
  expect(now('idle')).toEqual({ text: 'Kaito is connected now', isGood: true });
  expect(now('working').isGood).toBe(true);
  for (const [state, text] of [
    ['error', 'Kaito reports an error'],
    ['offline', 'Kaito is away'],
    ['stalled', 'Kaito is stalled'],
    ['paused', 'Kaito is paused'],
  ] as const)
    expect(now(state)).toEqual({ text, isGood: false });
});

it('sends a message again as it was, but for what differs', () => {
  const message = {
    message_type: 'request',
    content: 'Deploy it',
    payload: { environment: 'staging' },
    priority: 3,
    intent: 'request',
    surface: 'interrupt',
    conversation_thread_id: 't1',
    to: ['ci', 'ops'],
    task_id: null,
    execution_id: 'e1',
    metadata: null,
  } as unknown as Message;
  expect(requestOf(message, 'wren', { to: 'noor', payload: null })).toEqual({
    sender_id: 'wren',
    to: 'noor',
    message_type: 'request',
    content: 'Deploy it',
    payload: null,
    priority: 3,
    intent: 'request',
    surface: 'interrupt',
    conversation_thread_id: 't1',
    execution_id: 'e1',
  });
});

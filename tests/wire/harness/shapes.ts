import assert from 'node:assert/strict';
import type { Agent, Message } from './wire.ts';

export const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const place = /^[0-9A-Za-z]+-\d+$/;

const messageFields = [
  'message_id', 'seq', 'project_id', 'sender_id', 'sender_role', 'sender_name', 'sender_specialization',
  'recipient_id', 'recipient_role', 'recipient_name', 'recipient_specialization', 'to', 'message_type', 'content', 'payload',
  'priority', 'intent', 'surface', 'authority', 'hops', 'conversation_thread_id', 'reply_to', 'outcome', 'supersedes',
  'task_id', 'execution_id', 'metadata', 'timestamp', 'expires_at',
]; // prettier-ignore

const agentFields = [
  'agent_id', 'project_id', 'name', 'type', 'role', 'specialization', 'capabilities', 'status', 'activity', 'activity_since',
  'harness', 'wake', 'note', 'note_at', 'stalled', 'paused', 'pause', 'metadata', 'created_at', 'last_seen', 'mailbox',
]; // prettier-ignore

/** That an object has these fields and no others; null where it has nothing to say, but there. */
export function assertFields(value: object, fields: readonly string[], optional: readonly string[] = []): void {
  const present = Object.keys(value).filter((field) => !optional.includes(field));
  assert.deepEqual(present.sort(), [...fields].sort());
}

/** A message as every reader sees it. */
export function assertMessage(message: Message): void {
  assertFields(message, messageFields, ['narrowed', 'deleted', 'reactions']);
  assert.match(message.message_id, uuid7);
  assert.match(message.conversation_thread_id, uuid7);
  assert.ok(Number.isSafeInteger(message.seq) && message.seq >= 1);
  assert.match(message.timestamp, time);
  if (message.expires_at !== null) assert.match(message.expires_at, time);
}

export function assertAgent(agent: Agent): void {
  assertFields(agent, agentFields, ['token', 'last_message']);
  assertFields(agent.mailbox, ['queued', 'in_flight', 'dead', 'oldest_at']);
  assert.match(agent.created_at, time);
  for (const moment of [agent.activity_since, agent.last_seen, agent.note_at, agent.mailbox.oldest_at])
    if (moment !== null) assert.match(moment, time);
}

import type { Message, SendRequest } from '../live/types.ts';

/** What differs from the message that died. */
export interface Difference {
  readonly to?: string | string[];
  readonly content?: string | null;
  readonly payload?: unknown;
}

/** The message again, with its thread and what it is about; whoever asks for an answer still gets it. */
export function requestOf(message: Message, sender: string, difference: Difference): SendRequest {
  const { message_type, content, payload, priority, intent, surface, task_id, execution_id, metadata } = message;
  return {
    sender_id: sender,
    message_type,
    priority,
    intent,
    surface,
    conversation_thread_id: message.conversation_thread_id,
    ...(task_id ? { task_id } : {}),
    ...(execution_id ? { execution_id } : {}),
    ...(metadata ? { metadata } : {}),
    content,
    ...(payload === null || payload === undefined ? {} : { payload }),
    ...difference,
    to: difference.to ?? message.to,
  };
}

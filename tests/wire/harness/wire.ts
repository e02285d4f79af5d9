/** The wire's nouns, as its reference gives them. */

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string | null;
  code: string;
  retryable: boolean;
  retry_after?: number;
  errors?: Record<string, string[]>;
}

/** Of an agent, a squad, or a project. */
export interface Pause {
  reason: string | null;
  paused_by: string | null;
  paused_at: string | null;
}

export interface Agent {
  agent_id: string;
  project_id: string;
  name: string;
  type: string;
  role: string | null;
  specialization: string | null;
  capabilities: string[];
  status: string;
  activity: string;
  activity_since: string | null;
  note: string | null;
  note_at: string | null;
  harness: { name: string; session_id: string } | null;
  wake: string | null;
  stalled: { since: string; usual_seconds: number | null } | null;
  paused: boolean;
  pause: Pause | null;
  metadata: unknown;
  created_at: string;
  last_seen: string | null;
  mailbox: { queued: number; in_flight: number; dead: number; oldest_at: string | null };
  token?: string;
}

export interface Message {
  message_id: string;
  seq: number;
  project_id: string;
  sender_id: string;
  sender_role: string | null;
  sender_name: string | null;
  sender_specialization: string | null;
  recipient_id: string | null;
  recipient_role: string | null;
  recipient_name: string | null;
  recipient_specialization: string | null;
  to: string | string[];
  message_type: string;
  content: string | null;
  payload: unknown;
  priority: number;
  intent: string;
  surface: string;
  authority: string;
  hops: number;
  conversation_thread_id: string;
  reply_to: string | null;
  outcome: string | null;
  supersedes: string | null;
  task_id: string | null;
  execution_id: string | null;
  metadata: unknown;
  timestamp: string;
  expires_at: string | null;
  narrowed?: Record<string, unknown>;
  deleted?: boolean;
  reactions?: Record<string, string[]>;
}

export interface DeliveryOutlook {
  agent_id: string;
  status: string;
  activity: string;
  ahead: number;
  outlook: string | null;
  refused: string | null;
}

export interface SendAnswer {
  message_id: string;
  seq: number;
  conversation_thread_id: string;
  duplicate: boolean;
  deliveries: DeliveryOutlook[];
  deliveries_total: number;
}

export interface InboxItem {
  message: Message;
  delivery_id: string;
  attempt: number;
  lease_id?: string | null;
  lease_until?: string | null;
  shortened?: { content: number | null; payload: number | null; metadata: number | null };
}

export interface Delivery {
  delivery_id: string;
  message_id: string;
  agent_id: string;
  state: string;
  attempt: number;
  disconnects: number;
  queued_at: string | null;
  delivered_at: string | null;
  surfaced_at: string | null;
  evidence: string | null;
  acknowledged_at: string | null;
  replied_at: string | null;
  last_error: string | null;
}

export interface Trace {
  message: Message;
  deliveries: Delivery[];
  replies: Message[];
  session: string | null;
  superseded_by: string | null;
}

export interface Squad {
  squad_id: string;
  name: string;
  members: { agent_id: string; role: string | null; specialization: string | null }[];
  created_at: string;
  pause: Pause | null;
}

export interface Execution {
  execution_id: string;
  title: string | null;
  squad_id: string | null;
  workflow_id: string | null;
  status: string;
  progress: number;
  current_phase: string | null;
  result: unknown;
  error: string | null;
  created_by: string | null;
  created_at: string;
  ended_at: string | null;
  logs: { timestamp: string; level: string; message: string }[];
}

export interface Thread {
  conversation_thread_id: string;
  participants: string[];
  messages: number;
  items?: Message[];
}

export interface Token {
  token_id: string;
  token: string;
  kind: string;
  project_id: string | null;
  agent_id: string | null;
  expires_at: string | null;
}

/** An entry of a batch: a send's answer or an HTTP status alone, with the problem where it failed. */
export type BatchItem = Partial<SendAnswer> & {
  status: number;
  problem?: Problem | null;
  code?: string;
  errors?: Record<string, string[]>;
};

export interface Frame<T = unknown> {
  event: string;
  id?: string;
  data?: T;
}

export interface Change<T = unknown> {
  subscription: string;
  feed: string;
  place: string;
  op: string;
  item: T;
}

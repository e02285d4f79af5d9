import type { Schemas } from '@parley/client';

export type {
  Agent,
  AgentTask,
  DeadLetter,
  Execution,
  Message,
  MessageTrace,
  Question,
  Receipt,
  Reservation,
  Squad,
  Storm,
} from '@parley/client';
export type Delivery = Schemas['Delivery'];
export type ThreadSummary = Schemas['ThreadSummary'];
export type Stats = Schemas['Stats'];
export type SendRequest = Schemas['SendRequest'];

/** Who is signed in, as `GET /api/v1/me` answers. */
export interface Me {
  kind: 'admin' | 'operator' | 'observer' | 'agent' | 'join';
  name: string | null;
  agent_id: string | null;
  projects: string[];
  may: string[];
  expires_at: string | null;
  server: { version: string; time: string; epoch?: string | number | null; retention_days?: number | null };
}

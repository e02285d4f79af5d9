import type { Schemas } from '@parley/client';

export type { Receipt } from '@parley/client';
export type Agent = Schemas['Agent'];
export type AgentTask = Schemas['AgentTask'];
export type AttentionItem = Schemas['AttentionItem'];
export type DeadLetter = Schemas['DeadLetter'];
export type Delivery = Schemas['Delivery'];
export type DeliveryOutlook = Schemas['DeliveryOutlook'];
export type Execution = Schemas['Execution'];
export type ExecutionLog = Schemas['ExecutionLog'];
export type LogRecord = Schemas['LogRecord'];
export type MemoryEntry = Schemas['MemoryEntry'];
export type MemoryVersion = Schemas['MemoryVersion'];
export type Message = Schemas['Message'];
export type MessageTrace = Schemas['MessageTrace'];
export type PairCount = Schemas['PairCount'];
export type MessageSchema = Schemas['MessageSchema'];
export type Project = Schemas['Project'];
export type Question = Schemas['Question'];
export type Reservation = Schemas['Reservation'];
export type RoutingExplanation = Schemas['RoutingExplanation'];
export type RoutingRule = Schemas['RoutingRule'];
export type RoutingRules = Schemas['RoutingRules'];
export type SendRequest = Schemas['SendRequest'];
export type Squad = Schemas['Squad'];
export type Stats = Schemas['Stats'];
export type Storm = Schemas['Storm'];
export type ThreadSummary = Schemas['ThreadSummary'];
export type Workflow = Schemas['Workflow'];
export type WorkflowStep = Schemas['WorkflowStep'];
export type TokenInfo = Schemas['TokenInfo'];
export type Webhook = Schemas['Webhook'];

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

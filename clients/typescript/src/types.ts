import type { components } from './generated/schema.ts';

/** All types of the wire, by the names that they have in the server's OpenAPI document. */
export type Schemas = components['schemas'];

export type Agent = Schemas['Agent'];
export type AgentTask = Schemas['AgentTask'];
export type AgentCatchUp = Schemas['AgentCatchUp'];
export type Assignment = Schemas['Assignment'];
export type AttentionItem = Schemas['AttentionItem'];
export type AttentionList = Schemas['AttentionList'];
export type BroadcastRequest = Schemas['BroadcastRequest'];
export type DeadLetter = Schemas['DeadLetter'];
export type EventRecord = Schemas['EventRecord'];
export type Execution = Schemas['Execution'];
export type InboundHook = Schemas['InboundHook'];
export type InboxItem = Schemas['InboxItem'];
export type MemoryEntry = Schemas['MemoryEntry'];
export type MemoryVersion = Schemas['MemoryVersion'];
export type Message = Schemas['Message'];
export type MessageBudget = Schemas['MessageBudget'];
export type MessageSchema = Schemas['MessageSchema'];
export type MessageTrace = Schemas['MessageTrace'];
export type Problem = Schemas['Problem'];
export type Question = Schemas['Question'];
export type QuestionRequest = Schemas['QuestionRequest'];
export type RegisterRequest = Schemas['RegisterRequest'];
export type Reservation = Schemas['Reservation'];
export type ReservationRequest = Schemas['ReservationRequest'];
export type RoutingRules = Schemas['RoutingRules'];
export type SendAnswer = Schemas['SendAnswer'];
export type SendRequest = Schemas['SendRequest'];
export type Squad = Schemas['Squad'];
export type StatusRequest = Schemas['StatusRequest'];
export type Storm = Schemas['Storm'];
export type TaskPatch = Schemas['TaskPatch'];
export type TaskRequest = Schemas['TaskRequest'];
export type Webhook = Schemas['Webhook'];
export type Workflow = Schemas['Workflow'];
export type WorkflowDefinition = Schemas['WorkflowDefinition'];
export type WorkflowRequest = Schemas['WorkflowRequest'];
export type WorkflowStep = Schemas['WorkflowStep'];

/** Any JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A page of a list. Pass `next` as `after` to get the next page; null means the end. */
export interface Page<T> {
  /** How many items match on all pages, if the list was asked to `count`. */
  total?: number | null;
  /** Instead of `total` if counting all would take too long. */
  total_at_least?: number | null;
  items: T[];
  next: string | null;
}

/** The first frame of a connection. */
export interface Welcome {
  agent: Agent;
  session_id: string;
  /** How often the server pings. A connection that is silent for two heartbeats is closed. */
  heartbeat_seconds: number;
  window: number;
  /** The end of the project's log, `EPOCH-SEQ`. */
  place: string;
}

/** How deep an agent's mailbox is. */
export interface MailboxDepth {
  agent_id: string;
  queued: number;
  in_flight: number;
  dead: number;
  /** Since when the oldest of the next 200 waiting deliveries has been waiting. */
  oldest_at: string | null;
}

/** A stage that a delivery has reached. */
export interface Receipt {
  delivery_id: string;
  message_id: string;
  agent_id: string;
  state: string;
  attempt: number;
  at: string;
}

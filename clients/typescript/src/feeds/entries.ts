import type {
  Agent,
  AgentTask,
  Assignment,
  AttentionItem,
  EventRecord,
  Execution,
  InboundHook,
  MailboxDepth,
  MemoryEntry,
  Message,
  MessageBudget,
  MessageSchema,
  Question,
  Receipt,
  Reservation,
  RoutingRules,
  Squad,
  Storm,
  Webhook,
  Workflow,
  WorkflowDefinition,
  WorkflowStep,
} from '../types.ts';

/** What each feed's entries hold. A newer server may have more feeds, whose items are `unknown`. */
export interface FeedItems {
  messages: Message;
  receipts: Receipt;
  mailboxes: MailboxDepth;
  agents: Agent;
  squads: Squad;
  executions: Execution;
  tasks: AgentTask;
  assignments: Assignment;
  workflows: Workflow;
  workflow_steps: WorkflowStep;
  workflow_definitions: WorkflowDefinition;
  questions: Question;
  reservations: Reservation;
  storms: Storm;
  attention: AttentionItem;
  budgets: MessageBudget;
  memory: MemoryEntry;
  events: EventRecord;
  schemas: MessageSchema;
  routing: RoutingRules;
  inbound: InboundHook;
  webhooks: Webhook;
}

export type FeedName = keyof FeedItems | (string & {});

type ItemOf<F> = F extends keyof FeedItems ? FeedItems[F] : unknown;

/** One entry of a subscription. */
export type FeedEntry<F extends string = FeedName> = F extends string ? EntryOf<F, ItemOf<F>> : never;

type EntryOf<F, T> =
  /** The whole current state of the feed, which replaces what you had; of `messages`, only the newest. After a reconnect, `attention` has one even if you did
   * not ask for it. */
  | { readonly op: 'snapshot'; readonly feed: F; readonly place: string | undefined; readonly items: T[] }
  /** The item is new or was changed, and is shown as it was at that change. */
  | { readonly op: 'put'; readonly feed: F; readonly place: string; readonly item: T }
  /** The item was removed, no longer matches the filter, or may no longer be read; in the last case it has only its id and name. After a reconnect,
   * it may be an item that you never had. */
  | { readonly op: 'delete'; readonly feed: F; readonly place: string; readonly item: T }
  /** Entries are missing: the log no longer has everything after `after`, or it is another log since a backup was restored. Entries go on after
   * `place`. If you asked for a snapshot, a new one follows. */
  | { readonly op: 'gap'; readonly feed: F; readonly place: string; readonly after: string | undefined };

/** The parameters of the feed's list, such as `{ status: 'open' }`. */
export type FeedFilter = Readonly<Record<string, string | number | boolean | readonly (string | number)[]>>;

/** The feeds to follow: a name, names, or names with filters. */
export type FeedSelection = FeedName | readonly FeedName[] | { readonly [name: string]: FeedFilter | null | undefined };

/** The names of the feeds in a selection. */
export type FeedsIn<S extends FeedSelection> = S extends string ? S : S extends readonly (infer N extends string)[] ? N : keyof S & string;

export interface SubscribeOptions {
  /** Whether to send the current state first. */
  snapshot?: boolean | undefined;
  /** A place, `EPOCH-SEQ` or a bare seq: entries after it. Without it, only new ones come. */
  after?: string | undefined;
  /** Milliseconds, up to 1,000: changes are held back so long, and come together. */
  coalesce?: number | undefined;
  /** Cuts the contents of messages to so many characters, and leaves out longer payloads. Cut messages have `truncated` and `content_bytes`. */
  excerpt?: number | undefined;
  /** `deliveries`: messages come with how far their deliveries are, as of when they are sent. */
  include?: 'deliveries' | undefined;
  /** Fields of `subscribe` that a newer server has and this package does not name. */
  more?: Readonly<Record<string, unknown>> | undefined;
  /** Stops waiting until the subscription stands. To end it later, use `close`. */
  signal?: AbortSignal | undefined;
}

export function selected(selection: FeedSelection): Record<string, FeedFilter> {
  if (typeof selection === 'string') return { [selection]: {} };
  const pairs = Array.isArray(selection) ? selection.map((name: string) => [name, {}]) : Object.entries(selection);
  return Object.fromEntries(pairs.map(([name, filter]) => [name as string, (filter ?? {}) as FeedFilter]));
}

export type { ConnectionState } from './connection/connection.ts';
export { AgentError, ConfigurationError, ConnectionError, ParleyError, TimeoutError } from './errors.ts';
export type { FeedEntry, FeedFilter, FeedItems, FeedName, FeedSelection, SubscribeOptions } from './feeds/entries.ts';
export type { Feed } from './feeds/feed.ts';
export { Parley, type ParleyOptions } from './parley.ts';
export type { TicketSource } from './rest/access.ts';
export type { CallOptions } from './rest/call.ts';
export type { Rest } from './rest/rest.ts';
export type * from './types.ts';

import type { paths } from '../generated/schema.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

type Operation<P extends keyof paths, M extends Method> = Exclude<paths[P][M], undefined>;

/** The paths that can be called with a method. */
export type PathWith<M extends Method> = { [P in keyof paths]: [Operation<P, M>] extends [never] ? never : P }[keyof paths];

type Parameters<O> = O extends { parameters: infer A } ? A : never;
type PathOf<O> = Parameters<O> extends { path: infer V } ? V : undefined;
type QueryOf<O> = Parameters<O> extends { query?: infer V } ? Exclude<V, undefined> : never;
type BodyOf<O> = O extends { requestBody: { content: infer C } }
  ? C[keyof C]
  : O extends { requestBody?: { content: infer C } }
    ? C[keyof C] | undefined
    : undefined;

type Good<R> = {
  [S in keyof R]: S extends 200 | 201 | 202 ? (R[S] extends { content: { 'application/json': infer T } } ? T : never) : never;
}[keyof R];

/** What an operation answers; undefined if it answers nothing. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? ([Good<R>] extends [never] ? undefined : Good<R>) : never;

export type Query<P extends keyof paths, M extends Method> = QueryOf<Operation<P, M>>;
export type Body<P extends keyof paths, M extends Method> = BodyOf<Operation<P, M>>;

/** How a call is made, whatever it is. */
export interface CallOptions {
  /** Stops waiting; what was sent is not undone. */
  signal?: AbortSignal | undefined;
  /** Only if it has this version. */
  ifMatch?: string | number | undefined;
  /** Makes the call safe to repeat: the server does it once. */
  idempotencyKey?: string | undefined;
  /** Whether to try again if no answer comes. By default, only calls are that do no harm when they are made twice: GET, PUT, DELETE, and those with an
   * idempotency key. */
  repeat?: boolean | undefined;
  /** Milliseconds to wait for an answer; 30,000 by default. */
  patience?: number | undefined;
}

type Optional<K extends string, T> = undefined extends T ? { [P in K]?: T } : { [P in K]: T };

/** What a call needs: path, query, and body as the OpenAPI document has them. */
export type CallInput<P extends keyof paths, M extends Method> = CallOptions &
  Optional<'path', PathOf<Operation<P, M>>> &
  Optional<'body', Body<P, M>> & { query?: Query<P, M> | undefined };

/** The rest argument of a call, which may be left out where nothing is needed. */
export type CallRest<P extends keyof paths, M extends Method> =
  {} extends CallInput<P, M> ? [input?: CallInput<P, M>] : [input: CallInput<P, M>];

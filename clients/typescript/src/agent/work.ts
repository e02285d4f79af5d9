import { pause } from '../backoff.ts';
import { ParleyError } from '../errors.ts';
import type { Tasks } from '../groups/tasks.ts';
import type { AgentTask, Json } from '../types.ts';
import type { ReceivedMessage } from './received.ts';

/** A step of a workflow, as it was handed to this agent. */
export interface AssignedStep {
  readonly workflow_id: string;
  readonly step: string;
  /** What to do; null if the plan does not say. */
  readonly action: string | null;
  readonly requirements: Json;
  /** From the plan, with the results of earlier steps filled in. */
  readonly input: Json;
  /** Goes up each time the step is handed out. Only the newest one's result counts. */
  readonly fence: number;
  readonly attempt: number;
}

const shortestPause = 1000;
const longestPause = 60_000;

/** Starts the task that a message hands out, keeps its lease, and ends it with what the handler returns or throws. */
export async function workOnTask(
  tasks: Tasks,
  message: ReceivedMessage,
  work: (task: AgentTask, signal: AbortSignal) => unknown,
  stop: AbortSignal,
): Promise<void> {
  const { task_id: taskId, fence } = (message.message.payload ?? {}) as { task_id?: string; fence?: number };
  // Others may send messages of this type too. If one does not hand out a task, there is nothing to work on.
  if (typeof taskId !== 'string' || typeof fence !== 'number') return;
  let task: AgentTask;
  try {
    task = await tasks.start(taskId, fence, { signal: stop });
  } catch (lost) {
    if (isLost(lost)) return;
    throw lost;
  }
  const lost = new AbortController();
  const over = new AbortController();
  const signal = AbortSignal.any([stop, lost.signal]);
  const renewing = renew(tasks, task, lost, AbortSignal.any([stop, over.signal]));
  let result: unknown;
  let failure: Error | undefined;
  try {
    result = await work(task, signal);
  } catch (thrown) {
    failure = thrown as Error;
  }
  over.abort();
  await renewing;
  // Lost, or this agent stops: the server assigns it to another.
  if (signal.aborted) return;
  try {
    if (failure) await tasks.fail(taskId, fence, textOf(failure));
    else await tasks.complete(taskId, fence, (result ?? null) as Json);
  } catch (refused) {
    // Another agent has the task now, and only its result counts.
    if (!isLost(refused)) throw refused;
  }
}

/** Works on the step that a message hands out; the reply completes it or fails the attempt. */
export async function workOnStep(
  message: ReceivedMessage,
  work: (step: AssignedStep, signal: AbortSignal) => unknown,
  stop: AbortSignal,
): Promise<void> {
  const said = (message.message.payload ?? {}) as Partial<AssignedStep>;
  if (typeof said.workflow_id !== 'string' || typeof said.step !== 'string' || typeof said.fence !== 'number') return;
  const step = { action: null, requirements: null, input: null, attempt: 1, ...said } as AssignedStep;
  let reply;
  try {
    reply = { outcome: 'success' as const, payload: ((await work(step, stop)) ?? null) as Json };
  } catch (thrown) {
    // This agent stops. The step comes again when it is back, or to another one.
    if (stop.aborted) throw thrown;
    reply = { outcome: 'error' as const, content: textOf(thrown as Error) };
  }
  try {
    await message.reply(reply);
  } catch (refused) {
    if (!isLost(refused)) throw refused;
  }
}

/** Extends the lease, after each third of its time, until the work ends. */
async function renew(tasks: Tasks, first: AgentTask, lost: AbortController, over: AbortSignal): Promise<void> {
  let task = first;
  try {
    while (task.lease_until) {
      // Limited, because this machine's clock may differ from the server's.
      const third = (Date.parse(task.lease_until) - Date.now()) / 3;
      await pause(Math.min(Math.max(third, shortestPause), longestPause), over);
      task = await tasks.extend(task.task_id, task.fence, { signal: over });
    }
  } catch (ended) {
    // Otherwise the work ended, or no server answers. In that case the lease ends by itself, and the end of the work reports it.
    if (isLost(ended)) lost.abort(ended);
  }
}

function isLost(refused: unknown): boolean {
  return refused instanceof ParleyError && ['lease_lost', 'not_found', 'conflict', 'forbidden'].includes(refused.code);
}

function textOf(failure: Error): string {
  return failure.message || failure.name || String(failure);
}

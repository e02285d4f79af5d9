import { randomKey } from '../keys.ts';
import type { CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { Page, Schemas, Workflow, WorkflowRequest, WorkflowStep } from '../types.ts';

/** Workflows: plans of steps that agents do in order. */
export class Workflows {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** Starts a workflow. The steps that can begin are handed out at once.
   * @throws {ParleyError} It is not valid; `errors` has everything that is wrong. */
  start(request: WorkflowRequest, options?: CallOptions): Promise<Workflow> {
    return this.#rest.post('/workflows', { idempotencyKey: randomKey(), ...options, body: request });
  }

  /** Checks a plan without starting it. */
  validate(request: WorkflowRequest, options?: CallOptions): Promise<Schemas['WorkflowValidation']> {
    return this.#rest.post('/workflows/validate', { repeat: true, ...options, body: request });
  }

  /** Lists workflows without their steps, newest first. */
  list(query?: Query<'/workflows', 'get'>, options?: CallOptions): Promise<Page<Workflow>> {
    return this.#rest.get('/workflows', { ...options, query });
  }

  get(workflowId: string, options?: CallOptions): Promise<Workflow> {
    return this.#rest.get('/workflows/{workflow_id}', { ...options, path: { workflow_id: workflowId } });
  }

  cancel(workflowId: string, reason?: string, options?: CallOptions): Promise<Workflow> {
    const body = reason === undefined ? {} : { reason };
    return this.#rest.post('/workflows/{workflow_id}/cancel', { repeat: true, ...options, path: { workflow_id: workflowId }, body });
  }

  /** Runs it again from the steps that did not complete. Not tried again after a lost answer. */
  retry(workflowId: string, options?: CallOptions): Promise<Workflow> {
    return this.#rest.post('/workflows/{workflow_id}/retry', { ...options, path: { workflow_id: workflowId } });
  }

  /** Completes a step with a result: its agent with its fence, an operator without one. */
  completeStep(workflowId: string, step: string, move: Schemas['WorkflowStepMove'], options?: CallOptions): Promise<WorkflowStep> {
    return this.#rest.post('/workflows/{workflow_id}/steps/{step}/complete', {
      ...options,
      path: { workflow_id: workflowId, step },
      body: move,
    });
  }

  failStep(workflowId: string, step: string, move: Schemas['WorkflowStepMove'], options?: CallOptions): Promise<WorkflowStep> {
    return this.#rest.post('/workflows/{workflow_id}/steps/{step}/fail', {
      ...options,
      path: { workflow_id: workflowId, step },
      body: move,
    });
  }
}

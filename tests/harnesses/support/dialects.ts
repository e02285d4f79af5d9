import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** What the fake model answers: a text, a command for the harness's shell tool, or a task for a subagent. */
export type Reply = { readonly text: string } | { readonly shell: string } | { readonly subagent: string };

/** A tool as a harness offers it to the model. */
interface Tool {
  readonly name: string;
  /** Some of Codex's are in a group. */
  readonly group?: string;
  readonly parameters: Record<string, unknown>;
}

/** The way one vendor's model is spoken to: answers are streamed in its own events. */
interface Dialect {
  readonly path: RegExp;
  tools(body: Body): Tool[];
  stream(to: ServerResponse, body: Body, reply: Answer): void;
}

type Answer =
  { readonly text: string } | { readonly tool: string; readonly group?: string | undefined; readonly input: Record<string, unknown> };
type Body = Record<string, any>;

/** The shell tool of each harness, and how a command is put into it. */
const shells: Record<string, (command: string) => Record<string, unknown>> = {
  Bash: (command) => ({ command, description: 'Run what the test asks for' }),
  bash: (command) => ({ command, description: 'Run what the test asks for', mode: 'sync' }),
  exec_command: (command) => ({ cmd: command }),
  shell_command: (command) => ({ command }),
  shell: (command) => ({ command: ['bash', '-lc', command] }),
  run_shell_command: (command) => ({ command, description: 'Run what the test asks for' }),
};

const subagents: Record<string, (prompt: string) => Record<string, unknown>> = {
  Agent: (prompt) => ({ description: 'A part of the work', prompt, subagent_type: 'general-purpose', run_in_background: false }),
  Task: (prompt) => ({ description: 'A part of the work', prompt, subagent_type: 'general-purpose' }),
  spawn_agent: (prompt) => ({ message: prompt }),
  invoke_agent: (prompt) => ({ agent_name: 'generalist', prompt }),
  task: (prompt) => ({ description: 'A part of the work', prompt, subagent_type: 'general', agent_type: 'general-purpose', name: 'part' }),
};

/** Answers a request of a harness as its vendor's model would. */
export function answer(to: ServerResponse, path: string, body: Body, reply: Reply): void {
  const dialect = dialects.find((one) => one.path.test(path));
  if (dialect === undefined) {
    to.writeHead(404).end('{}');
    return;
  }

  dialect.stream(to, body, chosen(dialect.tools(body), reply));
}

/** The names of the tools that a request offers; none for one that only asks for a title, a summary, or the like. */
export function offeredTools(path: string, body: Body): string[] {
  return (
    dialects
      .find((one) => one.path.test(path))
      ?.tools(body)
      .map((tool) => tool.name) ?? []
  );
}

function chosen(tools: Tool[], reply: Reply): Answer {
  if ('text' in reply) return reply;
  const [known, words] = 'shell' in reply ? [shells, reply.shell] : [subagents, reply.subagent];
  const tool = tools.find((one) => Object.hasOwn(known, one.name));
  if (tool === undefined) return { text: `No such tool among ${tools.map((one) => one.name).join(', ')}.` };
  const input = known[tool.name]!(words);
  const takes = (tool.parameters['properties'] ?? input) as object;
  return {
    tool: tool.name,
    group: tool.group,
    input: Object.fromEntries(Object.entries(input).filter(([name]) => Object.hasOwn(takes, name))),
  };
}

class Events {
  readonly #to: ServerResponse;

  constructor(to: ServerResponse) {
    this.#to = to.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  }

  send(data: Body, name?: string): void {
    this.#to.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`);
  }

  end(last = ''): void {
    this.#to.end(last);
  }
}

const messages: Dialect = {
  path: /\/v1\/messages(\?|$)/,
  tools: (body) => (body['tools'] ?? []).map((tool: Body) => ({ name: tool['name'], parameters: tool['input_schema'] ?? {} })),
  stream(to, body, reply) {
    const isText = 'text' in reply;
    const block = isText ? { type: 'text', text: '' } : { type: 'tool_use', id: `toolu_${randomUUID()}`, name: reply.tool, input: {} };
    const delta = isText
      ? { type: 'text_delta', text: reply.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(reply.input) };
    const stop = isText ? 'end_turn' : 'tool_use';
    const message = { id: `msg_${randomUUID()}`, type: 'message', role: 'assistant', model: body['model'], content: [] as object[] };
    if (body['stream'] !== true) {
      const content = isText ? [{ type: 'text', text: reply.text }] : [{ ...block, input: reply.input }];
      to.writeHead(200, { 'content-type': 'application/json' });
      to.end(JSON.stringify({ ...message, content, stop_reason: stop, usage: { input_tokens: 10, output_tokens: 5 } }));
      return;
    }

    const events = new Events(to);
    const send = (event: Body) => events.send(event, event['type']);
    send({ type: 'message_start', message: { ...message, stop_reason: null, usage: { input_tokens: 10, output_tokens: 1 } } });
    send({ type: 'content_block_start', index: 0, content_block: block });
    send({ type: 'content_block_delta', index: 0, delta });
    send({ type: 'content_block_stop', index: 0 });
    send({ type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 5 } });
    send({ type: 'message_stop' });
    events.end();
  },
};

const responses: Dialect = {
  path: /\/responses$/,
  tools: (body) => (body['tools'] ?? []).flatMap((tool: Body) => responsesTools(tool)),
  stream(to, _, reply) {
    const events = new Events(to);
    const id = `resp_${randomUUID()}`;
    const item =
      'text' in reply
        ? { type: 'message', role: 'assistant', id: `msg_${randomUUID()}`, content: [{ type: 'output_text', text: reply.text }] }
        : {
            type: 'function_call',
            id: `fc_${randomUUID()}`,
            call_id: `call_${randomUUID()}`,
            name: reply.tool,
            ...(reply.group === undefined ? {} : { namespace: reply.group }),
            arguments: JSON.stringify(reply.input),
          };
    const usage = { input_tokens: 10, input_tokens_details: null, output_tokens: 5, output_tokens_details: null, total_tokens: 15 };
    const send = (event: Body) => events.send(event, event['type']);
    send({ type: 'response.created', response: { id } });
    send({ type: 'response.output_item.done', output_index: 0, item });
    send({ type: 'response.completed', response: { id, usage } });
    events.end();
  },
};

function responsesTools(tool: Body, group?: string): Tool[] {
  if (tool['type'] === 'namespace') return tool['tools'].flatMap((one: Body) => responsesTools(one, tool['name']));
  return [{ name: tool['name'] ?? tool['type'], parameters: tool['parameters'] ?? {}, ...(group === undefined ? {} : { group }) }];
}

const completions: Dialect = {
  path: /\/chat\/completions$/,
  tools: (body) => (body['tools'] ?? []).map(({ function: tool }: Body) => ({ name: tool['name'], parameters: tool['parameters'] ?? {} })),
  stream(to, body, reply) {
    const head = { id: `chatcmpl-${randomUUID()}`, created: 1_700_000_000, model: body['model'] };
    const isText = 'text' in reply;
    const call = isText
      ? undefined
      : [
          {
            index: 0,
            id: `call_${randomUUID()}`,
            type: 'function',
            function: { name: reply.tool, arguments: JSON.stringify(reply.input) },
          },
        ];
    const message = isText ? { role: 'assistant', content: reply.text } : { role: 'assistant', content: null, tool_calls: call };
    const finish = isText ? 'stop' : 'tool_calls';
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    if (body['stream'] !== true) {
      to.writeHead(200, { 'content-type': 'application/json' });
      to.end(JSON.stringify({ ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: finish }], usage }));
      return;
    }

    const events = new Events(to);
    const chunk = { ...head, object: 'chat.completion.chunk' };
    events.send({ ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] });
    events.send({ ...chunk, choices: [{ index: 0, delta: {}, finish_reason: finish }], usage });
    events.end('data: [DONE]\n\n');
  },
};

const gemini: Dialect = {
  path: /:(streamGenerateContent|generateContent)/,
  tools: (body) =>
    (body['tools'] ?? []).flatMap((group: Body) =>
      (group['functionDeclarations'] ?? []).map((tool: Body) => ({
        name: tool['name'],
        parameters: tool['parametersJsonSchema'] ?? tool['parameters'] ?? {},
      })),
    ),
  stream(to, body, reply) {
    const part = 'text' in reply ? { text: reply.text } : { functionCall: { name: reply.tool, args: reply.input } };
    const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 };
    const whole = {
      candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
      usageMetadata,
      modelVersion: 'fake',
    };
    if (to.req.url!.includes(':streamGenerateContent')) {
      const events = new Events(to);
      events.send(whole);
      events.end();
    } else {
      // A question of the harness itself, such as which model to use, which wants JSON.
      const asks = body['generationConfig']?.['responseMimeType'] === 'application/json';
      const text = asks ? '{"reasoning":"simple","model_choice":"flash","complexity_reasoning":"simple","complexity_score":1}' : 'Fine.';
      const content = 'text' in reply || asks ? { role: 'model', parts: [{ text }] } : { role: 'model', parts: [part] };
      to.writeHead(200, { 'content-type': 'application/json' });
      to.end(JSON.stringify({ ...whole, candidates: [{ index: 0, content, finishReason: 'STOP' }] }));
    }
  },
};

const dialects: readonly Dialect[] = [messages, responses, completions, gemini];

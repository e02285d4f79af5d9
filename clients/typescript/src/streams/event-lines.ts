export interface EventLine {
  event: string | undefined;
  id: string | undefined;
  data: string;
  retry: number | undefined;
}

/** Reads the text of server-sent events, in whatever pieces it comes. */
export class EventLines {
  #rest = '';

  static async *of(body: ReadableStream<Uint8Array>): AsyncGenerator<EventLine, void, undefined> {
    const lines = new EventLines();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield* lines.add(decoder.decode(value, { stream: true }));
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  /** @returns The events that this piece completes. */
  *add(text: string): Generator<EventLine, void, undefined> {
    const blocks = (this.#rest + text).split(/\r?\n\r?\n/);
    this.#rest = blocks.pop()!;
    for (const block of blocks) {
      const fields: Record<string, string> = {};
      for (const line of block.split(/\r?\n/)) {
        const [, name, value] = /^([^:]*):? ?([^]*)$/.exec(line)!;
        fields[name!] = name === 'data' && 'data' in fields ? `${fields['data']}\n${value}` : value!;
      }
      if (Object.keys(fields).every((name) => name === '')) continue;
      yield {
        event: fields['event'] ?? ('data' in fields ? 'message' : undefined),
        id: fields['id'],
        data: fields['data'] ?? '{}',
        retry: 'retry' in fields ? Number(fields['retry']) : undefined,
      };
    }
  }
}

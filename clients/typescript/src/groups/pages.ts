import type { Page } from '../types.ts';

/** Yields the items of a list, page after page: `for await (const task of items((after) => parley.tasks.list({ after })))`. */
export async function* items<T>(list: (after?: string) => Promise<Page<T>>): AsyncGenerator<T, void, undefined> {
  for (let after: string | undefined; ;) {
    const page = await list(after);
    yield* page.items;
    if (page.next === null) return;
    after = page.next;
  }
}

/** What is known of a key without its value. */
export interface Key {
  readonly key: string;
  readonly version: number;
  readonly updated_at: string;
  readonly updated_by: string | null;
}

/** A row of the tree: a prefix that ends in a slash, or a key. */
export interface TreeRow {
  /** The whole prefix or key. */
  readonly path: string;
  /** Its last part. */
  readonly name: string;
  readonly depth: number;
  /** Of a prefix: how many keys begin with it, and whether they are shown. */
  readonly folder?: { readonly count: number; readonly isOpen: boolean };
  readonly key?: Key;
}

/** The rows of the tree, prefixes before keys on each level.
 * @param keys All keys.
 * @param open The prefixes whose level is shown. */
export function rowsOf(keys: readonly Key[], open: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  level(
    [...keys].sort((a, b) => (a.key < b.key ? -1 : 1)),
    '',
    0,
  );
  return rows;

  function level(within: readonly Key[], prefix: string, depth: number): void {
    const folders = new Map<string, Key[]>();
    const leaves: Key[] = [];
    for (const one of within) {
      const slash = one.key.indexOf('/', prefix.length);
      if (slash < 0) {
        leaves.push(one);
        continue;
      }
      const path = one.key.slice(0, slash + 1);
      const inside = folders.get(path);
      if (inside) inside.push(one);
      else folders.set(path, [one]);
    }
    for (const [path, inside] of folders) {
      const isOpen = open.has(path);
      rows.push({ path, name: path.slice(prefix.length, -1), depth, folder: { count: inside.length, isOpen } });
      if (isOpen) level(inside, path, depth + 1);
    }
    for (const key of leaves) rows.push({ path: key.key, name: key.key.slice(prefix.length), depth, key });
  }
}

/** The prefixes above a key, or within a prefix that was typed: `a/b/c` is in `a/` and `a/b/`. */
export function prefixesOf(key: string): string[] {
  return [...key.matchAll(/\//g)].map(({ index }) => key.slice(0, index + 1));
}

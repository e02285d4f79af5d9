const open = new Set<() => void>();

/** Remembers to close a connection when the tests of the file are over: an open one would keep the process alive. */
export function closeAfterTests(close: () => void): void {
  open.add(close);
}

export function closeAll(): void {
  for (const close of open) close();
  open.clear();
}

const open = new Set<() => void>();

/** Remembers to close a connection when the tests of the file are over: an open one would keep the process alive. */
export function closeAfterTests(close: () => void): void {
  open.add(close);
}

/** Closes everything, and then tells what was wrong with any of it: a test may have taken nothing more after that. */
export function closeAll(): void {
  const faults: unknown[] = [];
  for (const close of open) {
    try {
      close();
    } catch (fault) {
      faults.push(fault);
    }
  }
  open.clear();
  if (faults.length > 0) throw faults[0];
}

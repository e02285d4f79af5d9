import type { Platform } from './platform.ts';

/** A page, a worker, or anything else with the web's own `fetch` and `WebSocket`. */
export const browser: Platform = {
  headers: false,

  get origin() {
    const origin = globalThis.location?.origin;
    return origin?.startsWith('http') ? origin : undefined;
  },

  openSocket(address, _, events) {
    const socket = new WebSocket(address);
    let over = false;
    const closed = (code: number, reason: string) => {
      if (over) return;
      over = true;
      events.closed(code, reason);
    };
    socket.onopen = () => over || events.opened();
    socket.onmessage = ({ data }) => over || events.text(data as string);
    socket.onclose = ({ code, reason }) => closed(code, reason);
    return {
      send: (text) => socket.send(text),
      close: () => socket.close(1000),
      // A browser waits long for the answer to a close frame; nobody here does.
      abort: () => {
        socket.close();
        closed(1006, 'it did not answer');
      },
    };
  },

  onOnline(call, signal) {
    globalThis.addEventListener?.('online', call, { signal });
  },
};

import { WebSocket } from 'ws';
import { problemOf } from '../errors.ts';
import type { Problem } from '../types.ts';
import { findServer } from './location.ts';
import type { Platform } from './platform.ts';
import { tokenFile } from './token-file.ts';

/** Node.js. It has no WebSocket of its own before version 22, and that one does not say why an upgrade was refused. */
export const node: Platform = {
  headers: true,
  origin: undefined,
  findServer,
  tokenFile,

  openSocket(address, headers, events) {
    const socket = new WebSocket(address, { headers, handshakeTimeout: 15_000, maxPayload: 0, perMessageDeflate: false });
    let refusal: Problem | undefined;
    let broken = '';
    socket.on('open', () => events.opened());
    socket.on('message', (data) => events.text(String(data)));
    socket.on('error', (error) => (broken = error.message || ((error as NodeJS.ErrnoException).code ?? '')));
    socket.on('close', (code, reason) => events.closed(code, reason.toString() || broken, refusal));
    socket.on('unexpected-response', (_, response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('close', () => {
        let body: unknown;
        try {
          body = JSON.parse(text);
        } catch {
          // A proxy's page. The status says what there is to say.
        }
        refusal = problemOf(response.statusCode ?? 0, body, response.headers['retry-after']);
        socket.terminate();
      });
    });
    return {
      send: (text) => socket.send(text),
      close: () => socket.close(1000),
      abort: () => socket.terminate(),
    };
  },
};

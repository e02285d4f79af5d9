import { randomKey } from '../keys.ts';
import type { CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { Page, Reservation, ReservationRequest, Schemas } from '../types.ts';

/** Reservations keep other agents out of the files that one works on. */
export class Reservations {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** Reserves paths: all of them or none. With `wait`, the reservation may be `waiting`, and a message of type `reservation_granted` says when it is its turn.
   * @throws {ParleyError} `conflict`, if another agent holds some of them. */
  create(request: ReservationRequest, options?: CallOptions): Promise<Reservation> {
    return this.#rest.post('/reservations', { idempotencyKey: randomKey(), ...options, body: request });
  }

  list(query?: Query<'/reservations', 'get'>, options?: CallOptions): Promise<Page<Reservation>> {
    return this.#rest.get('/reservations', { ...options, query });
  }

  get(reservationId: string, options?: CallOptions): Promise<Reservation> {
    return this.#rest.get('/reservations/{reservation_id}', { ...options, path: { reservation_id: reservationId } });
  }

  /** Holds a reservation for this many seconds from now, or as long as it was reserved for. */
  renew(reservationId: string, ttlSeconds?: number, options?: CallOptions): Promise<Reservation> {
    const body = ttlSeconds === undefined ? {} : { ttl_seconds: ttlSeconds };
    return this.#rest.post('/reservations/{reservation_id}/renew', {
      repeat: true,
      ...options,
      path: { reservation_id: reservationId },
      body,
    });
  }

  /** Releases a reservation, or gives up waiting. */
  async release(reservationId: string, options?: CallOptions): Promise<void> {
    await this.#rest.delete('/reservations/{reservation_id}', { ...options, path: { reservation_id: reservationId } });
  }

  /** Whether paths are free, and who holds them. */
  check(request: Schemas['ReservationCheck'], options?: CallOptions): Promise<Schemas['ReservationClashes']> {
    return this.#rest.post('/reservations/check', { repeat: true, ...options, body: request });
  }
}

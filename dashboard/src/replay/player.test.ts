import { describe, expect, it } from 'vitest';
import { Player } from './player.ts';
import { Recording } from './recording.ts';
import type { LogRecord } from '../live/types.ts';
import { stretchesOf } from './timeline.ts';

const minute = 60_000;
/** Messages at these minutes; every third entry is something else. */
function playerOf(...minutes: number[]) {
  const records: LogRecord[] = [];
  let seq = 10;
  for (const at of minutes) {
    const shared = { place: '', op: 'put' as const, at: new Date(at * minute).toISOString(), event_type: null };
    seq++;
    records.push({ ...shared, seq, kind: 'messages', item: { message_id: `m${seq}`, seq } });
    seq++;
    records.push({ ...shared, seq, kind: 'tasks', item: { task_id: 't' } });
  }
  const recording = new Recording();
  recording.add(records);
  const player = new Player(recording);
  player.stretches = stretchesOf(
    0,
    Math.max(...minutes) * minute + minute,
    recording.said.map(({ at }) => at),
    true,
  );
  return { player, recording };
}

describe('A player', () => {
  it('steps through every message once, both ways, even at the same moment', () => {
    const { player, recording } = playerOf(1, 2, 2, 2, 9);
    player.start();
    const seen: number[] = [];
    for (player.step(1); player.place.get() !== null; player.step(1)) seen.push(player.place.get()!);
    expect(seen).toEqual(recording.said.map(({ seq }) => seq));
    const back: number[] = [];
    for (player.step(-1); player.place.get() !== 0; player.step(-1)) back.push(player.place.get()!);
    // At the end, the last message is there already: one back is the one before it.
    expect(back).toEqual(seen.slice(0, -1).reverse());
  });

  it('plays to the end, showing more and more, and is live then', () => {
    const { player, recording } = playerOf(1, 2, 3, 30, 31);
    player.toggle();
    let said = 0;
    for (let tick = 0; tick < 10_000 && player.isPlaying.get(); tick++) {
      player.tick(50);
      const now = recording.saidAt(player.place.get() ?? Infinity);
      expect(now).toBeGreaterThanOrEqual(said);
      said = now;
    }
    expect([player.isPlaying.get(), player.place.get(), said]).toEqual([false, null, 5]);
  });

  it('stays at what was chosen when it begins to play there', () => {
    const { player, recording } = playerOf(1, 2, 2, 2, 9);
    const third = recording.said[2]!.seq;
    player.go(third);
    player.toggle();
    player.tick(0);
    expect(player.place.get()! >= third).toBe(true);
  });

  it('tells where one rests, and not each step of playing', () => {
    const { player, recording } = playerOf(1, 2, 3);
    const rests: (number | null)[] = [];
    player.onRest = (place) => rests.push(place);
    player.go(recording.said[0]!.seq);
    player.toggle();
    player.tick(100);
    player.tick(100);
    player.toggle();
    player.live();
    expect(rests).toEqual([recording.said[0]!.seq, player.place.get() ?? rests[1], null]);
  });

  it('goes by minutes and never out of the range', () => {
    const { player } = playerOf(1, 2, 9);
    player.seek(-5);
    expect(player.time.get()).toBe(0);
    player.minutes(2);
    expect(player.time.get()).toBe(2 * minute);
    player.minutes(-7);
    expect(player.time.get()).toBe(0);
    player.minutes(100);
    expect(player.place.get()).toBeNull();
  });

  it('has four speeds', () => {
    const { player } = playerOf(1);
    for (let one = 0; one < 9; one++) player.faster(1);
    expect(player.speed.get()).toBe(100);
    for (let one = 0; one < 9; one++) player.faster(-1);
    expect(player.speed.get()).toBe(1);
  });
});
